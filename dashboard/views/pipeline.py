"""Pipeline: what came in, what was kept out, what was built, and what Prefect is doing."""

from datetime import UTC, datetime
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import charts, colours, filters, formats, prefect_api, queries, states
from dashboard.cards import card_row
from dashboard.page import Page, open_page
from dashboard.prefect_api import PrefectError
from esynapse.pipeline.status import read_status
from esynapse.settings import load_settings

SOURCES = {"rows_backfill": "Backfill", "rows_live": "Live", "rows_import": "Import"}
ODDITIES = {
    "duplicates": ("Duplicates removed", colours.ACTUAL),
    "quarantined": ("Quarantined", colours.PROMOTION),
    "dead_letters": ("Dead letters", colours.WARNING),
}


def show(page: Page) -> None:
    """Draw the page."""
    days = page.connection.query(queries.PIPELINE_DAYS)
    _freshness(page, days)
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
        _builds(page, days)
    with st.container(border=True):
        _prefect(page)


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
        _local_store(cards[3])
    else:
        cards[3].metric("Target", load_settings().target, border=True)


def _local_store(card: st.delta_generator.DeltaGenerator) -> None:
    """The lake and the embedded Pub/Sub, which only the local target has."""
    facts = _status(str(load_settings().home))
    lake, queue = facts["lake"], facts["queue"]
    card.metric(
        "Raw events",
        formats.compact(lake["events"]),
        border=True,
        help=f"In the lake: {formats.size(lake['bytes'])} in {lake['files']:,} Parquet files.",
    )
    said = [f"Lake: {lake['files']:,} files, {formats.size(lake['bytes'])}"]
    said += [f"{name.replace('_', ' ')}: {_plain(value)}" for name, value in queue.items()]
    if lake["last_build"]:
        light = "🟢" if lake["last_build"] == "green" else "🔴"
        said.append(f"last build: {light} {lake['last_build']}")
    st.caption(" · ".join(said))
    if lake["last_build"] == "red":
        st.warning(
            "The last build was red: readers keep the marts of the last green one. "
            "Its log says which test failed.",
            icon="🔴",
        )


@st.cache_data(ttl=5, max_entries=4, show_spinner=False)
def _status(home: str) -> dict[str, dict[str, Any]]:  # noqa: ARG001 - part of the key
    return read_status(load_settings())


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
    st.subheader("Duplicates, quarantine, dead letters")
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
            "In the chosen dates no event came twice, none broke a rule, none was refused.",
            icon="✅",
        )


def _quarantine(page: Page) -> None:
    st.subheader("Why events are quarantined")
    reasons = page.connection.query(queries.QUARANTINE_REASONS)
    if reasons.empty:
        st.success("No event is quarantined.", icon="✅")
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


def _builds(page: Page, days: pd.DataFrame) -> None:
    st.subheader("Builds")
    built = days[days["builds"] > 0]
    if built.empty:
        states.missing("The first build is recorded with the next one.")
        return
    newest = built["last_green_build_at"].max()
    red = int((built["builds"] - built["green_builds"]).sum())
    long = pd.DataFrame(
        {
            "day": built["health_date"],
            "Green": built["green_builds"],
            "Red": built["builds"] - built["green_builds"],
        }
    ).melt("day", var_name="outcome", value_name="builds")
    st.altair_chart(
        charts.stacked_days(
            long[long["builds"] > 0],
            date="day",
            value="builds",
            part="outcome",
            palette={"Green": colours.GOOD, "Red": colours.WARNING},
            title="Builds by day",
        ).properties(height=160)
    )
    when = "" if pd.isna(newest) else f", the last green one at {_stamp(page, newest)}"
    st.caption(
        f"Before the newest build, which the next one records: {int(built['builds'].sum()):,}, "
        f"{red:,} of them red{when}."
    )


@st.fragment(run_every="10s")
def _prefect(page: Page) -> None:
    st.subheader("Prefect")
    api_url = load_settings().prefect_api_url
    try:
        plans = prefect_api.deployments(api_url)
        past = prefect_api.flow_runs(api_url, coming=False)
        coming = prefect_api.flow_runs(api_url, coming=True)
    except PrefectError as error:
        states.missing(
            f"Prefect's server at {api_url} does not answer ({error}). 'esynapse up' starts it; "
            "the marts above do not need it."
        )
        return
    left, right = st.columns([3, 2])
    with left:
        st.markdown("**Runs**")
        _runs(page, past, "No run has begun yet.")
    with right:
        st.markdown("**Next**")
        _runs(page, coming.drop(columns="seconds"), "No run is scheduled.")
        st.markdown("**Deployments**")
        if plans.empty:
            states.missing("Nothing is deployed: 'prefect --no-prompt deploy --all'.")
            return
        st.dataframe(
            plans,
            hide_index=True,
            height="content",
            column_config={
                "name": "Deployment",
                "schedule": "Schedule",
                "active": st.column_config.CheckboxColumn("Active"),
            },
        )


def _runs(page: Page, runs: pd.DataFrame, nothing: str) -> None:
    if runs.empty:
        states.missing(nothing)
        return
    st.dataframe(
        runs.assign(at=page.local(runs["at"])),
        hide_index=True,
        height="content",
        column_config={
            "flow": "Flow",
            "state": "State",
            "at": st.column_config.DatetimeColumn("Start", format="MM-DD HH:mm:ss"),
            "seconds": st.column_config.NumberColumn("Seconds", format="%.1f"),
        },
    )


def _ago(now: datetime, instant: datetime | None) -> str:
    return f"{formats.age(now - instant)} ago" if instant else formats.NOTHING


def _stamp(page: Page, instant: pd.Timestamp) -> str:
    return f"{instant.tz_convert(page.clock.zone):%Y-%m-%d %H:%M}"


def _plain(value: object) -> str:
    if value is None:
        return formats.NOTHING
    return f"{value:,.0f}" if isinstance(value, int | float) else str(value)


show(open_page("Pipeline", filters.DATES))
