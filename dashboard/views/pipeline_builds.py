"""The builds of Pipeline: how they ended, what their tests said, how old the marts became."""

import pandas as pd
import streamlit as st

from dashboard import charts, colours, states
from dashboard.page import Page

SECONDS_PER_MINUTE = 60


def show_builds(page: Page, days: pd.DataFrame) -> None:
    """Builds by day, and what did not pass.

    Args:
        days: pipeline_health, all of it.
    """
    st.subheader("Builds and tests")
    built = days[days["builds"] > 0]
    if built.empty:
        states.missing("The first build is recorded with the next one.")
        return
    left, right = st.columns(2)
    with left:
        st.markdown("**Builds by day**")
        _outcomes(built)
    with right:
        st.markdown("**Oldest marts by day, in minutes**")
        _ages(built)
    _not_passed(built)
    newest = built["last_green_build_at"].max()
    when = "" if pd.isna(newest) else f", the last green one at {_stamp(page, newest)}"
    sums = built[["builds", "green_builds", "tests_passed", "tests_warned", "tests_failed"]].sum()
    st.caption(
        f"Before the newest build, which the next one records: {sums['builds']:,} builds, "
        f"{sums['builds'] - sums['green_builds']:,} of them red{when}. Their tests: "
        f"{sums['tests_passed']:,} passed, {sums['tests_warned']:,} warned, "
        f"{sums['tests_failed']:,} failed."
    )


def _outcomes(built: pd.DataFrame) -> None:
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
            title="Builds",
        ).properties(height=160)
    )


def _ages(built: pd.DataFrame) -> None:
    aged = built[built["marts_age_seconds"].notna()]
    if aged.empty:
        states.missing("It takes two publications to tell how old the first one became.")
        return
    st.altair_chart(
        charts.bars_by_day(
            aged.assign(minutes=(aged["marts_age_seconds"] / SECONDS_PER_MINUTE).round(1)),
            date="health_date",
            value="minutes",
            title=None,
            colour=colours.ACTUAL,
        )
    )


def not_passed(built: pd.DataFrame) -> pd.DataFrame:
    """Each test or model that failed or warned: on how many days, and when last; newest first."""
    parts = [
        pd.DataFrame(
            {"outcome": outcome, "name": built[column].str.split(", "), "day": built["health_date"]}
        )
        for outcome, column in (("🔴 failed", "failed_nodes"), ("🟠 warned", "warned_tests"))
    ]
    named = pd.concat(parts).explode("name").dropna(subset="name")
    shown = named.groupby(["outcome", "name"], as_index=False).agg(
        days=("day", "nunique"), newest=("day", "max")
    )
    return shown.sort_values(["newest", "outcome", "name"], ascending=[False, True, True])


def _not_passed(built: pd.DataFrame) -> None:
    shown = not_passed(built)
    if shown.empty:
        return
    st.dataframe(
        shown,
        hide_index=True,
        height="content" if len(shown) <= 10 else 390,
        column_order=["outcome", "name", "days", "newest"],
        column_config={
            "outcome": st.column_config.TextColumn("Outcome", width="small"),
            "name": st.column_config.TextColumn("Test or model", width="large"),
            "days": st.column_config.NumberColumn("Days", width="small"),
            "newest": st.column_config.DateColumn("Newest", width="small"),
        },
    )


def _stamp(page: Page, instant: pd.Timestamp) -> str:
    return f"{instant.tz_convert(page.clock.zone):%Y-%m-%d %H:%M}"
