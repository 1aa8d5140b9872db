"""Live: the last sixty minutes of raw events, drawn anew every second or two."""

from datetime import UTC, datetime

import streamlit as st

from dashboard import formats, live, states
from dashboard.page import Page, open_page
from dashboard.views.live_cards import show_cards_of
from dashboard.views.live_charts import show_charts
from dashboard.views.live_tables import show_tables
from esynapse.errors import EsynapseError


def show(page: Page) -> None:
    """Draw the page."""
    if not page.connection.streams() and page.connection.recent_events(live.WINDOW).empty:
        page.answer.markdown("**Nothing streams here**: these data were imported.")
        states.missing(
            "There is no live stream of imported data: this page shows the last hour of events "
            "that arrive as they happen. The other pages show what was imported."
        )
        return
    window = st.segmented_control(
        "Window",
        tuple(live.GRAINS),
        default=next(iter(live.GRAINS)),
        required=True,
        key="window",
        bind="query-params",
        label_visibility="collapsed",
    )
    grain = live.GRAINS[window or next(iter(live.GRAINS))]
    st.fragment(_pulse, run_every=grain.drawn_every)(page, grain)


def _pulse(page: Page, grain: live.Grain) -> None:
    """While events come, always the same elements: nothing jumps when they are drawn anew."""
    try:
        events = page.connection.recent_events(live.WINDOW)
    except EsynapseError as error:
        page.answer.error(str(error), icon=":material/error:")
        return
    now = datetime.now(UTC)
    screen: live.Screen = st.session_state.setdefault("live_screen", live.Screen())
    screen.draw(events, now)
    newest = (
        page.connection.freshness().newest_event
        if events.empty
        else events["event_timestamp"].max().to_pydatetime()
    )
    page.answer.markdown(_answer(page, live.Minute.of(events, now), newest, now))
    if events.empty:
        states.missing("No event happened in the last hour: as soon as one does, it is drawn here.")
        return
    show_cards_of(page, live.since(events, now, grain.window), grain, screen)
    show_charts(page, live.counts(events, now, grain, page.clock.zone), grain)
    show_tables(page, events)


def _answer(page: Page, minute: live.Minute, newest: datetime | None, now: datetime) -> str:
    if newest is None:
        return "No event has arrived yet: 'esynapse up' or 'esynapse stream' sends some."
    age = now - newest
    if age > live.STILL_AFTER:
        return (
            f":orange[:material/pause_circle:] **The stream stands still.** The newest event is "
            f"{formats.age(age)} old ({formats.instant(newest)}). 'esynapse up' or 'esynapse "
            "stream' starts it again."
        )
    amount = formats.as_text(page.money(minute.revenue))
    among = (
        f"{formats.counted(minute.orders, 'order')} of {amount}" if minute.orders else "no order"
    )
    return (
        f":green[:material/bolt:] **{formats.counted(minute.events, 'event')} in the last "
        f"minute**, {among} among them; the newest is {formats.age(age)} old."
    )


show(open_page("Live", "What is happening right now?"))
