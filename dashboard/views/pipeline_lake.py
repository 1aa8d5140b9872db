"""The lake on the pipeline page: its tables, and what they weigh."""

import pandas as pd
import streamlit as st

from dashboard import formats, states
from dashboard.panel import panel
from dashboard.status import local_status
from esynapse.errors import EsynapseError
from esynapse.settings import load_settings

ABOUT = "The raw tables, as Parquet files; 'esynapse status' says the same."


def show_lake() -> None:
    """List its tables; on target bigquery there is none."""
    if load_settings().target != "local":
        return
    with panel("Lake", "lake", about=ABOUT, height="stretch") as card:
        try:
            lake = local_status()["lake"]
        except EsynapseError as error:
            st.error(str(error), icon=":material/error:")
            return
        if not lake["files"]:
            states.missing("The lake is empty: 'esynapse backfill' or 'esynapse import' fills it.")
            return
        rows = pd.DataFrame(
            [
                (name, table["rows"], table["files"], table["bytes"])
                for name, table in lake["tables"].items()
            ],
            columns=["table", "rows", "files", "bytes"],
        )
        card.offer(rows)
        st.dataframe(
            rows.assign(size=rows["bytes"].map(formats.size)),
            hide_index=True,
            height="content",
            column_order=["table", "rows", "files", "size"],
            column_config={
                "table": "Table",
                "rows": st.column_config.NumberColumn("Rows", format="localized"),
                "files": st.column_config.NumberColumn("Files", format="localized"),
                "size": "Size",
            },
        )
        st.caption(
            f"{lake['files']:,} Parquet files, {formats.size(lake['bytes'])}. Replaced by "
            f"compaction and waiting to be deleted: {lake['retired_files']:,}, "
            f"{formats.size(lake['retired_bytes'])}."
        )
