"""A card of a page: a title with its meaning one hover away, what it shows, and that as a file."""

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Literal

import altair as alt
import pandas as pd
import pyarrow as pa
import pyarrow.csv as pcsv
import pyarrow.parquet as pq
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import charts
from dashboard.clicks import ZOOM, ZOOMED

Write = Callable[[pa.Table, io.BytesIO], None]
FORMATS: dict[str, tuple[str, Write]] = {
    "CSV": ("csv", pcsv.write_csv),
    "Parquet": ("parquet", pq.write_table),
}


@dataclass
class Panel:
    """Draws charts, and remembers the rows that it shows."""

    name: str
    """Of its files and of its place in the page: unique on it."""
    tools: DeltaGenerator
    """The right end of the title's line, for a choice that acts on this card alone."""
    shown: dict[str, pd.DataFrame] = field(default_factory=dict)

    def chart(
        self,
        chart: alt.TopLevelMixin,
        rows: pd.DataFrame,
        *,
        alt_text: str,
        name: str = "",
        pick: str | None = None,
        on_pick: Callable[[str], None] | None = None,
    ) -> None:
        """Draw a chart of ``rows``.

        Args:
            alt_text: what it shows, for those who do not see it.
            name: of the rows where the card has several charts.
            pick, on_pick: the chart's selection, and what to do with the widget's key when it
                changes, before the page is drawn again; see clicks.py.
        """
        self.offer(rows, name)
        key = f"chart_{self.name}_{name}" if name else f"chart_{self.name}"
        if pick == ZOOM:
            key += f"_{st.session_state.get(ZOOMED, 0)}"
        spec = charts.to_spec(chart)
        if pick is None:
            st.vega_lite_chart(spec=spec, key=key, alt=alt_text)
            return
        st.vega_lite_chart(
            spec=spec,
            key=key,
            alt=alt_text,
            on_select="rerun" if on_pick is None else lambda: on_pick(key),
            selection_mode=pick,
        )

    def offer(self, rows: pd.DataFrame, name: str = "") -> None:
        """Let ``rows``, which the card shows by other means, be downloaded too."""
        self.shown[f"{self.name}_{name}" if name else self.name] = rows


@contextmanager
def panel(
    title: str,
    name: str,
    *,
    about: str | None = None,
    height: Literal["content", "stretch"] = "content",
) -> Iterator[Panel]:
    """A card in which the block draws.

    Args:
        about: shown when hovering over the title; a definition comes from mart_docs.meaning.
    """
    with st.container(border=True, height=height, key=f"panel_{name}"):
        head = st.container(horizontal=True, vertical_alignment="center", key=f"head_{name}")
        head.header(title, help=about, anchor=False)
        drawn = Panel(name, head)
        yield drawn
        if any(len(rows) for rows in drawn.shown.values()):
            with head:
                _data(name, drawn.shown)


@st.fragment
def _data(panel_name: str, shown: dict[str, pd.DataFrame]) -> None:
    """The button that opens the downloads; they are not there before."""
    key = f"data_{panel_name}"
    with st.popover(
        "Data", icon=":material/download:", type="tertiary", key=key, on_change="rerun"
    ) as opened:
        if opened.open:
            _downloads(shown)


def _downloads(shown: dict[str, pd.DataFrame]) -> None:
    for name, rows in shown.items():
        st.caption(f"{name} · {len(rows):,} rows")
        line = st.container(horizontal=True)
        for label, (suffix, write) in FORMATS.items():
            line.download_button(
                label,
                partial(as_file, rows, write),
                f"{name}.{suffix}",
                key=f"download_{name}_{suffix}",
                on_click="ignore",
            )


def as_file(rows: pd.DataFrame, write: Write) -> bytes:
    """``rows`` as the bytes of a file."""
    sink = io.BytesIO()
    write(pa.Table.from_pandas(rows, preserve_index=False), sink)
    return sink.getvalue()
