"""Live: the last sixty minutes of raw events, drawn anew every two seconds."""

from datetime import UTC, datetime

import pandas as pd
import streamlit as st

from dashboard import charts, formats, live, queries, states
from dashboard.cards import card_row
from dashboard.page import Page, open_page
from esynapse.errors import EsynapseError


def show(page: Page) -> None:
    """Draw the page."""
    window = st.segmented_control(
        "Window",
        tuple(live.GRAINS),
        default=next(iter(live.GRAINS)),
        required=True,
        key="window",
        bind="query-params",
        label_visibility="collapsed",
    )
    _pulse(page, window or next(iter(live.GRAINS)))


@st.fragment(run_every="2s")
def _pulse(page: Page, window: str) -> None:
    try:
        _draw(page, live.GRAINS[window])
    except EsynapseError as error:
        st.error(str(error), icon=":material/error:")


def _draw(page: Page, grain: live.Grain) -> None:
    events = page.connection.recent_events(live.WINDOW)
    now = datetime.now(UTC)
    _say_whether_it_flows(page, events, now)
    if events.empty:
        return
    _cards(page, events, now)
    _charts(page, live.counts(events, now, grain, page.clock.zone), grain)
    _tables(page, events)


def _say_whether_it_flows(page: Page, events: pd.DataFrame, now: datetime) -> None:
    newest = (
        page.connection.freshness().newest_event
        if events.empty
        else events["event_timestamp"].max().to_pydatetime()
    )
    if not page.connection.streams():
        if events.empty:
            states.missing(
                "There is no live stream of imported data: this page shows the last hour of events "
                "that arrive as they happen. The other pages show what was imported."
            )
    elif newest is None:
        states.missing("No event has arrived yet: 'esynapse up' or 'esynapse stream' sends some.")
    elif now - newest > live.STILL_AFTER:
        st.warning(
            f"**The stream stands still.** The newest event is {formats.age(now - newest)} old "
            f"({formats.instant(newest)}). 'esynapse up' or 'esynapse stream' starts it again.",
            icon=":material/pause_circle:",
        )


def _cards(page: Page, events: pd.DataFrame, now: datetime) -> None:
    minute = events[events["event_timestamp"] > pd.Timestamp(now) - pd.Timedelta(minutes=1)]
    bought = events[events["event_type"] == "purchase"]
    cards = card_row(5)
    cards[0].metric("Events, last min", formats.compact(len(minute)), border=True)
    cards[1].metric("Events, last hour", formats.compact(len(events)), border=True)
    cards[2].metric(
        "Orders, last hour", formats.compact(bought["session_id"].nunique()), border=True
    )
    cards[3].metric(
        "Revenue, last hour",
        page.money(float((bought["sale_price"] * bought["quantity"]).sum())),
        border=True,
    )
    cards[4].metric(
        "Age of newest",
        formats.age(now - events["event_timestamp"].max()),
        border=True,
        help="From its timestamp to this screen: the latency of the whole way.",
    )


def _charts(page: Page, counts: pd.DataFrame, grain: live.Grain) -> None:
    left, right = st.columns([3, 2])
    with left, st.container(border=True, height="stretch"):
        st.subheader(f"Events per {grain.per}")
        st.altair_chart(charts.pulse(counts, "events", "Events"), key="live_events")
    with right, st.container(border=True, height="stretch"):
        st.subheader(f"Gross revenue per {grain.per}")
        sums = counts.groupby("at", sort=False)["revenue"].sum().reset_index()
        title = f"Revenue ({page.clock.currency})"
        st.altair_chart(charts.pulse_total(sums, "revenue", title), key="live_revenue")


def _tables(page: Page, events: pd.DataFrame) -> None:
    products = page.connection.query(queries.PRODUCT_NAMES)
    names = dict(zip(products["product_id"], products["product_name"], strict=True))
    time = st.column_config.TextColumn("Time", width="small")
    left, right = st.columns(2)
    with left, st.container(border=True, height="stretch"):
        st.subheader("Latest orders")
        orders = live.orders(events, names)
        if orders.empty:
            states.missing("No order in the last hour.")
        else:
            st.dataframe(
                orders.assign(at=_clock_times(page, orders["at"])),
                hide_index=True,
                column_order=["at", "items", "amount", "products"],
                column_config={
                    "at": time,
                    "items": st.column_config.NumberColumn("Items", width="small"),
                    "amount": st.column_config.NumberColumn(
                        "Amount", format=formats.AMOUNT_COLUMN, width="small"
                    ),
                    "products": st.column_config.TextColumn("Products", width="large"),
                },
            )
    with right, st.container(border=True, height="stretch"):
        st.subheader("Latest events")
        latest = live.latest(events, names)
        st.dataframe(
            latest.assign(at=_clock_times(page, latest["event_timestamp"])),
            hide_index=True,
            height="content",
            column_order=["at", "event_type", "product", "sale_price", "on_sale"],
            column_config={
                "at": time,
                "event_type": "Event",
                "product": st.column_config.TextColumn("Product", width="medium"),
                "sale_price": st.column_config.NumberColumn("Price", format=formats.AMOUNT_COLUMN),
                "on_sale": st.column_config.CheckboxColumn("Sale"),
            },
        )


def _clock_times(page: Page, instants: pd.Series) -> pd.Series:
    times: pd.Series = page.local(instants).dt.strftime("%H:%M:%S")
    return times


show(open_page("Live", "What is happening right now?"))
