"""What came in on Pipeline, by day: by source, what was odd about it, and what was kept out."""

import pandas as pd
import streamlit as st

from dashboard import charts, clicks, colours, formats, queries, states
from dashboard.page import Page
from dashboard.panel import panel
from esynapse.pipeline.mart_docs import meaning

SOURCES = {"rows_backfill": "Backfill", "rows_live": "Live", "rows_import": "Import"}
ODDITIES = {
    "rows_late": ("Landed a minute late or more", colours.FORECAST),
    "duplicates": ("Repeats removed", colours.ACTUAL),
    "quarantined": ("Quarantined", colours.PROMOTION),
    "dead_letters": ("Dead letters", colours.WARNING),
}


def show_rows(days: pd.DataFrame) -> None:
    """Draw rows by source. ``days``: pipeline_health of the chosen dates."""
    about = meaning("pipeline_health", "rows_received")
    with panel("Rows received, by source", "rows", about=about) as card:
        long = days.rename(columns=SOURCES).melt(
            "health_date", list(SOURCES.values()), var_name="source", value_name="events"
        )
        long = long[long["events"] > 0]
        if long.empty:
            states.missing("Nothing was received for the chosen dates.")
            return
        chart = charts.stacked_days(
            long,
            date="health_date",
            value="events",
            part="source",
            palette=colours.SOURCES,
            title="Rows by UTC day",
        ).properties(height=220)
        zooms = charts.is_time(long["health_date"])
        card.chart(
            clicks.zoomable(chart) if zooms else chart,
            long,
            alt_text="Rows received by day, stacked by source",
            pick=clicks.ZOOM if zooms else None,
            on_pick=clicks.zoom_dates,
        )


def show_oddities(days: pd.DataFrame) -> None:
    """Draw what came late, twice or broken, each by itself."""
    with panel("Late, twice, quarantined, refused", "oddities", height="stretch") as card:
        odd = {column: each for column, each in ODDITIES.items() if days[column].sum()}
        if not odd:
            st.success(
                "In the chosen dates no event came late or twice, none broke a rule, none was "
                "refused.",
                icon=":material/check_circle:",
            )
        for column, (name, colour) in odd.items():
            st.markdown(
                f"**{name}** · {formats.compact(days[column].sum())}",
                help=meaning("pipeline_health", column),
            )
            card.chart(
                charts.bars_by_day(
                    days, date="health_date", value=column, title=None, colour=colour, height=110
                ),
                days[["health_date", column]],
                name=column,
                alt_text=f"{name}, by day",
            )


def show_quarantine(page: Page) -> None:
    """List the reasons for which events are kept out."""
    with panel("Why events are quarantined", "quarantine", height="stretch") as card:
        reasons = page.connection.query(queries.QUARANTINE_REASONS)
        if reasons.empty:
            st.success("No event is quarantined.", icon=":material/check_circle:")
            return
        card.offer(reasons)
        st.dataframe(
            reasons.assign(newest=page.local(reasons["newest"])),
            hide_index=True,
            height="content",
            column_config={
                "reason": "Reason",
                "events": st.column_config.NumberColumn("Events", format="localized"),
                "newest": st.column_config.DatetimeColumn("Newest", format="YYYY-MM-DD HH:mm"),
            },
        )
        st.caption("All time. They stand in the table quarantined_events and reach no other mart.")
