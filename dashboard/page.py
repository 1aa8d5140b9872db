"""What every page needs at its top: the connection, the clock, the categories, the selection."""

from dataclasses import dataclass
from datetime import UTC, datetime

import pandas as pd
import streamlit as st

from dashboard import colours, filters, formats, queries
from dashboard.connection import WarehouseConnection, connect
from dashboard.filters import Clock, Selection

LATE_AFTER = pd.Timedelta(hours=2)
"""The transform runs hourly: marts further behind the raw events than this missed a run."""


@dataclass(frozen=True)
class Page:
    """The frame that a page draws into."""

    connection: WarehouseConnection
    clock: Clock
    ranked_categories: list[str]
    selection: Selection

    @property
    def palette(self) -> dict[str, str]:
        """The colour of each category, in the order of their revenue, OTHER last."""
        return colours.of_categories(self.ranked_categories)

    def money(self, value: float | None) -> str:
        """An amount, shortened to three digits."""
        return formats.money(value, self.clock.currency)

    def price(self, value: float | None) -> str:
        """What one piece costs, to the cent."""
        return formats.price(value, self.clock.currency)

    def local(self, instants: pd.Series) -> pd.Series:
        """Instants as the shop's wall clock, without a zone, as charts take them."""
        local: pd.Series = instants.dt.tz_convert(self.clock.zone).dt.tz_localize(None)
        return local


def open_page(title: str, *used: str) -> Page:
    """Draw title, filters and freshness line, and say what was chosen.

    Args:
        used: the keys of the filters that act on this page; the others are greyed out.
    """
    connection = connect()
    clock = filters.read_clock(connection)
    if clock is None:
        st.title(title)
        st.info(
            "The marts are built but hold no event: load some with 'esynapse backfill' or "
            "'esynapse import', then run 'esynapse transform'.",
            icon="🫙",
        )
        st.stop()
    ranked = connection.query(queries.CATEGORIES)["category"].tolist()
    filters.show_filters(clock, sorted(ranked), frozenset(used))
    st.title(title)
    _freshness_line(connection, clock, connection.version())
    return Page(connection, clock, ranked, filters.selected(clock))


@st.fragment(run_every="15s")
def _freshness_line(connection: WarehouseConnection, clock: Clock, version: str) -> None:
    """How old everything is; a new publish draws the whole page again."""
    if connection.version() != version:
        st.rerun()
    fresh = connection.freshness()
    now = datetime.now(UTC)
    parts = [f"Marts up to **{_local(clock.as_of, clock.zone)}**"]
    if fresh.published_at:
        parts.append(f"published {formats.age(now - fresh.published_at)} ago")
    light = "🟢"
    if fresh.newest_event:
        parts.append(f"newest event {formats.age(now - fresh.newest_event)} ago")
        if fresh.newest_event - clock.as_of > LATE_AFTER:
            light = "🟠"
            parts.append("**the marts are late: the last builds were not green, or did not run**")
    st.caption(f"{light} " + " · ".join(parts))


def _local(instant: pd.Timestamp, zone: str) -> str:
    return f"{instant.tz_convert(zone):%Y-%m-%d %H:%M} {zone}"
