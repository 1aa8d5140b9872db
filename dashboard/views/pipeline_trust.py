"""The answer of Pipeline, and its cards: how fresh, how whole, how green."""

from datetime import UTC, datetime
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import formats, trust
from dashboard.cards import Card, show_cards
from dashboard.page import Page
from dashboard.status import local_status
from esynapse.pipeline.mart_docs import meaning
from esynapse.settings import load_settings
from esynapse.warehouse import Freshness

COUNTED = ["rows_received", "rows_staged", "quarantined", "duplicates", "dead_letters"]


@st.fragment(run_every="10s")
def show_trust(page: Page, days: pd.DataFrame) -> None:
    """Draw them, anew every ten seconds. ``days``: pipeline_health of the chosen dates."""
    now, fresh, build = datetime.now(UTC), page.connection.freshness(), newest_build()
    sums = {column: int(days[column].sum()) for column in COUNTED}
    _, words = trust.verdict(
        trust.Evidence(
            now=now,
            newest_event=fresh.newest_event,
            published_at=fresh.published_at,
            as_of=page.clock.as_of.to_pydatetime(),
            last_build=build["last_build"],
            received=sums["rows_received"],
            staged=sums["rows_staged"],
            quarantined=sums["quarantined"],
            streams=page.connection.streams(),
        )
    )
    page.answer.markdown(words)
    show_cards([*_fresh(page, fresh, now), _green(build, now), *_whole(days, sums)])


def newest_build() -> dict[str, Any]:
    """last_build (green or red) and last_build_at; None on BigQuery: its marts tell it late."""
    if load_settings().target != "local":
        return {"last_build": None, "last_build_at": None}
    return local_status()["marts"]


def _fresh(page: Page, fresh: Freshness, now: datetime) -> list[Card]:
    zone = page.clock.zone
    return [
        Card(
            "Newest event",
            _ago(now, fresh.newest_event),
            note=pd.Timestamp(fresh.newest_event).tz_convert(zone).strftime("%d %b %H:%M:%S")
            if fresh.newest_event
            else "none yet",
            about="Of all that has arrived, in the marts or not.",
        ),
        Card(
            "Marts published",
            _ago(now, fresh.published_at),
            note=f"up to {page.clock.as_of.tz_convert(zone):%d %b %H:%M}",
            about="Only a green build is published; until the next one this is what readers see.",
        ),
    ]


def _green(build: dict[str, Any], now: datetime) -> Card:
    outcome = build["last_build"]
    return Card(
        "Last build",
        {"green": "✓ green", "red": "✕ red"}.get(outcome, formats.NOTHING),
        note=_ago(now, build["last_build_at"]) if outcome else "recorded with the next one",
        about="Green: every model was built and every test passed, so its marts were published.",
    )


def _whole(days: pd.DataFrame, sums: dict[str, int]) -> list[Card]:
    received, late, streamed = sums["rows_received"], days["rows_late"], days["rows_streamed"]
    return [
        Card(
            "Rows that count",
            formats.percent(sums["rows_staged"] / received if received else None, 2),
            note=f"of {formats.compact(received)} received",
            about=f"{meaning('pipeline_health', 'rows_staged')} The rest are repeats, or break a "
            "rule.",
        ),
        Card(
            "Landed late",
            formats.percent(late.sum() / streamed.sum() if streamed.sum() else None, 2),
            note=f"of {formats.compact(streamed.sum())} streamed",
            about=meaning("pipeline_health", "rows_late"),
        ),
        Card(
            "Kept out",
            formats.compact(sums["quarantined"] + sums["dead_letters"]),
            note=f"{formats.counted(sums['duplicates'], 'repeat')} removed",
            about="Rows in quarantine, which break a rule, and dead letters, which never became "
            "a row.",
        ),
    ]


def _ago(now: datetime, instant: datetime | None) -> str:
    return f"{formats.age(now - instant)} ago" if instant else formats.NOTHING
