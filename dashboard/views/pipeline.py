"""Pipeline: what streams in, what came in, was kept out and built, and what Prefect is doing."""

from datetime import UTC, datetime

import pandas as pd
import streamlit as st

from dashboard import charts, colours, filters, formats, queries, states
from dashboard.cards import card_row
from dashboard.page import Page, open_page
from dashboard.views.pipeline_builds import show_builds
from dashboard.views.pipeline_prefect import show_prefect
from dashboard.views.pipeline_stream import local_status, show_stream
from esynapse.home import Home
from esynapse.settings import load_settings

SOURCES = {"rows_backfill": "Backfill", "rows_live": "Live", "rows_import": "Import"}
ODDITIES = {
    "rows_late": ("Landed a minute late or more", colours.FORECAST),
    "duplicates": ("Duplicates removed", colours.ACTUAL),
    "quarantined": ("Quarantined", colours.PROMOTION),
    "dead_letters": ("Dead letters", colours.WARNING),
}


def show(page: Page) -> None:
    """Draw the page."""
    days = page.connection.query(queries.PIPELINE_DAYS)
    _freshness(page, days)
    _documentation()
    with st.container(border=True):
        show_stream(page)
    chosen = days[
        days["health_date"].between(
            pd.Timestamp(page.selection.start), pd.Timestamp(page.selection.end)
        )
    ]
    with st.container(border=True):
        _rows(chosen)
    left, right = st.columns([3, 2])
    with left, st.container(border=True, height="stretch"):
        _oddities(chosen)
    with right, st.container(border=True, height="stretch"):
        _quarantine(page)
    with st.container(border=True):
        show_builds(page, days)
    with st.container(border=True):
        show_prefect(page)


def _freshness(page: Page, days: pd.DataFrame) -> None:
    fresh, now = page.connection.freshness(), datetime.now(UTC)
    cards = card_row(4)
    cards[0].metric("Newest event", _ago(now, fresh.newest_event), border=True)
    cards[1].metric("Marts published", _ago(now, fresh.published_at), border=True)
    cards[2].metric(
        "Events staged",
        formats.compact(days["rows_staged"].sum()),
        border=True,
        help=f"Of {formats.compact(days['rows_received'].sum())} received, all time.",
    )
    if load_settings().target == "local":
        _last_build(cards[3], now)
    else:
        cards[3].metric("Target", load_settings().target, border=True)


def _documentation() -> None:
    if Home(load_settings().home.absolute()).docs.exists():
        st.link_button("Documentation of the marts", "/dbt-docs", icon=":material/menu_book:")


def _last_build(card: st.delta_generator.DeltaGenerator, now: datetime) -> None:
    facts = local_status()["marts"]
    outcome = facts["last_build"]
    if not outcome:
        card.metric("Last build", formats.NOTHING, border=True)
        return
    light = "🟢" if outcome == "green" else "🔴"
    card.metric("Last build", f"{light} {_ago(now, facts['last_build_at'])}", border=True)
    if outcome == "red":
        st.warning(
            "The last build was red: readers keep the marts of the last green one. "
            "Its log says which test failed.",
            icon=":material/error:",
        )


def _rows(days: pd.DataFrame) -> None:
    st.subheader("Rows received by source")
    long = days.rename(columns=SOURCES).melt(
        "health_date", list(SOURCES.values()), var_name="source", value_name="events"
    )
    long = long[long["events"] > 0]
    if long.empty:
        states.missing("Nothing was received for the chosen dates.")
        return
    st.altair_chart(
        charts.stacked_days(
            long,
            date="health_date",
            value="events",
            part="source",
            palette=colours.SOURCES,
            title="Rows by UTC day",
        )
    )


def _oddities(days: pd.DataFrame) -> None:
    st.subheader("Late, twice, quarantined, refused")
    clean = True
    for column, (name, colour) in ODDITIES.items():
        total = days[column].sum()
        if total:
            clean = False
            st.markdown(f"**{name}** · {formats.compact(total)}")
            st.altair_chart(
                charts.bars_by_day(
                    days, date="health_date", value=column, title=None, colour=colour, height=110
                )
            )
    if clean:
        st.success(
            "In the chosen dates no event came late or twice, none broke a rule, none was refused.",
            icon=":material/check_circle:",
        )


def _quarantine(page: Page) -> None:
    st.subheader("Why events are quarantined")
    reasons = page.connection.query(queries.QUARANTINE_REASONS)
    if reasons.empty:
        st.success("No event is quarantined.", icon=":material/check_circle:")
        return
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


def _ago(now: datetime, instant: datetime | None) -> str:
    return f"{formats.age(now - instant)} ago" if instant else formats.NOTHING


show(open_page("Pipeline", "Can these figures be trusted: fresh, whole and green?", filters.DATES))
