"""What every page needs at its top: the connection, the clock, the categories, the selection."""

from dataclasses import dataclass
from datetime import UTC, datetime

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import colours, filters, formats, queries
from dashboard.connection import WarehouseConnection, connect
from dashboard.filters import Clock, Selection
from dashboard.hint import show_hint
from dashboard.trust import LATE_AFTER


@dataclass(frozen=True)
class Page:
    """The frame that a page draws into."""

    connection: WarehouseConnection
    clock: Clock
    ranked_categories: list[str]
    selection: Selection
    answer: DeltaGenerator
    """The place for the answer to the page's question, in a sentence, below its title."""

    @property
    def palette(self) -> dict[str, str]:
        """The colour of each category, in the order of their revenue, OTHER last."""
        return colours.of_categories(self.ranked_categories)

    def money(self, value: float | None) -> str:
        """An amount, shortened to three digits."""
        return formats.money(value, self.clock.currency)

    def amount(self, value: float | None, *, is_money: bool) -> str:
        """Money or a count, shortened to three digits."""
        return self.money(value) if is_money else formats.compact(value)

    @property
    def axis(self) -> str:
        """The metric chosen, with its unit."""
        unit = f" ({self.clock.currency})" if self.selection.measure.is_money else ""
        return f"{self.selection.metric}{unit}"

    def price(self, value: float | None) -> str:
        """What one piece costs, to the cent."""
        return formats.price(value, self.clock.currency)

    def local(self, instants: pd.Series) -> pd.Series:
        """Instants as the shop's wall clock, without a zone, as charts take them."""
        local: pd.Series = instants.dt.tz_convert(self.clock.zone).dt.tz_localize(None)
        return local


def open_page(title: str, question: str, *used: str) -> Page:
    """Draw title, question, filters and freshness line, and say what was chosen.

    Args:
        question: what the page answers; the answer goes to ``Page.answer``.
        used: the keys of the filters that act on this page; the others are greyed out.
    """
    connection = connect()
    clock = filters.read_clock(connection)
    if clock is None:
        st.title(title, anchor=False)
        st.info(
            "The marts are built but hold no event: load some with 'esynapse backfill' or "
            "'esynapse import', then run 'esynapse transform'.",
            icon=":material/inbox:",
        )
        st.stop()
    ranked = connection.query(queries.CATEGORIES)["category"].tolist()
    filters.show_filters(clock, sorted(ranked), frozenset(used))
    selection = filters.selected(clock)
    with st.container(
        horizontal=True, vertical_alignment="bottom", horizontal_alignment="distribute", key="top"
    ):
        st.title(title, anchor=False, width="content")
        _freshness_line(connection, clock, connection.version())
    show_hint()
    with st.container(gap="xxsmall", key="answer"):
        st.markdown(f":gray[{question}]")
        answer = st.empty()
        if chosen := filters.summary(selection, frozenset(used)):
            st.caption(chosen)
    return Page(connection, clock, ranked, selection, answer)


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
    light = ":green[:material/check_circle:]"
    if fresh.newest_event:
        parts.append(f"newest event {formats.age(now - fresh.newest_event)} ago")
        if fresh.newest_event - clock.as_of > LATE_AFTER:
            light = ":orange[:material/warning:]"
            parts.append("**the marts are late: the last builds were not green, or did not run**")
    st.caption(f"{light} " + " · ".join(parts), width="content")


def _local(instant: pd.Timestamp, zone: str) -> str:
    return f"{instant.tz_convert(zone):%Y-%m-%d %H:%M} {zone}"
