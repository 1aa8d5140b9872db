"""The builds of Pipeline: how they ended by day, what did not pass, how old the marts became."""

from datetime import date, timedelta
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import charts, colours, formats, states
from dashboard.page import Page
from dashboard.panel import Panel, panel
from dashboard.views.pipeline_trust import newest_build
from esynapse.pipeline.mart_docs import meaning

STRIP_DAYS = 30
SECONDS_PER_MINUTE = 60


def show_builds(page: Page, days: pd.DataFrame) -> None:
    """The newest days as a strip, and what did not pass.

    Args:
        days: pipeline_health, all of it.
    """
    newest = newest_build()
    built = days[days["builds"] > 0]
    about = meaning("pipeline_health", "builds")
    with panel(f"Builds of the last {STRIP_DAYS} days", "builds", about=about) as card:
        strip = by_day(days, newest, page.clock.as_of_date)
        card.chart(
            charts.build_strip(strip),
            strip,
            name="days",
            alt_text="A cell for each day: its builds were green, red, both, or there was none",
        )
        if built.empty:
            states.missing("The first build is recorded with the next one.")
            return
        st.caption(_summary(page, built))
        _not_passed(card, built)
    _ages(built)


def by_day(days: pd.DataFrame, newest: dict[str, Any], last: date) -> pd.DataFrame:
    """The STRIP_DAYS up to ``last`` or the newest build: day, builds, red, outcome, failed.

    Args:
        newest: last_build and last_build_at; pipeline_health learns of it from the next one.
    """
    ended = newest["last_build_at"]
    last = max(last, ended.date()) if ended else last
    wanted = pd.date_range(last - timedelta(days=STRIP_DAYS - 1), last, name="day")
    health = days.set_index("health_date").reindex(wanted)
    builds = health["builds"].fillna(0).astype(int)
    red = builds - health["green_builds"].fillna(0).astype(int)
    if ended:
        is_its_day = wanted == pd.Timestamp(ended.date())
        builds = builds + is_its_day
        red = red + (is_its_day & (newest["last_build"] == "red"))
    rows = pd.DataFrame({"builds": builds, "red": red, "failed": health["failed_nodes"]})
    rows["outcome"] = [_outcome(*each) for each in zip(builds, red, strict=True)]
    return rows.reset_index()


def _outcome(builds: int, red: int) -> str:
    if not builds:
        return "none"
    return "green" if not red else "red" if red == builds else "both"


def _summary(page: Page, built: pd.DataFrame) -> str:
    newest = built["last_green_build_at"].max()
    zone = page.clock.zone
    when = "" if pd.isna(newest) else f", the last green one {newest.tz_convert(zone):%d %b %H:%M}"
    sums = built[["builds", "green_builds", "tests_passed", "tests_warned", "tests_failed"]].sum()
    return (
        f"On record: {formats.counted(sums['builds'], 'build')}, "
        f"{sums['builds'] - sums['green_builds']:,} red{when}. Tests: "
        f"{sums['tests_passed']:,} passed, {sums['tests_warned']:,} warned, "
        f"{sums['tests_failed']:,} failed."
    )


def _ages(built: pd.DataFrame) -> None:
    aged = built[built["marts_age_seconds"].notna()]
    if aged.empty:  # it takes two publications to tell how old the first one became
        return
    rows = aged[["health_date"]].assign(
        minutes=(aged["marts_age_seconds"] / SECONDS_PER_MINUTE).round(1)
    )
    about = meaning("pipeline_health", "marts_age_seconds")
    with panel("How old the marts became", "ages", about=about) as card:
        card.chart(
            charts.bars_by_day(
                rows, date="health_date", value="minutes", title="Minutes", colour=colours.ACTUAL
            ),
            rows,
            alt_text="The oldest that the marts became, by day, in minutes",
        )


def not_passed(built: pd.DataFrame) -> pd.DataFrame:
    """Each test or model that failed or warned: on how many days, and when last; newest first."""
    parts = [
        pd.DataFrame(
            {"outcome": outcome, "name": built[column].str.split(", "), "day": built["health_date"]}
        )
        for outcome, column in (("✕ failed", "failed_nodes"), ("● warned", "warned_tests"))
    ]
    named = pd.concat(parts).explode("name").dropna(subset="name")
    shown = named.groupby(["outcome", "name"], as_index=False).agg(
        days=("day", "nunique"), newest=("day", "max")
    )
    shown = shown.assign(worst=shown["outcome"] != "✕ failed")
    ordered = shown.sort_values(["newest", "worst", "name"], ascending=[False, True, True])
    return ordered.drop(columns="worst")


def _not_passed(card: Panel, built: pd.DataFrame) -> None:
    shown = not_passed(built)
    if shown.empty:
        return
    card.offer(shown, "not_passed")
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
