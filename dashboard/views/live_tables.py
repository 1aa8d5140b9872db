"""The tables of Live: the newest orders, and the newest events."""

import pandas as pd
import streamlit as st

from dashboard import formats, live, queries
from dashboard.page import Page
from dashboard.panel import panel

HEIGHT = 299
"""Pixels: the head and eight rows, whether there are as many or not."""


def show_tables(page: Page, events: pd.DataFrame) -> None:
    """Draw them."""
    products = page.connection.query(queries.PRODUCT_NAMES)
    names = dict(zip(products["product_id"], products["product_name"], strict=True))
    left, right = st.columns(2)
    with left:
        _orders(page, live.orders(events, names))
    with right:
        _events(page, live.latest(events, names))


def _orders(page: Page, orders: pd.DataFrame) -> None:
    with panel("Latest orders", "live_orders") as card:
        card.offer(orders)
        st.dataframe(
            orders.assign(at=_clock_times(page, orders["at"])),
            key="live_orders",
            hide_index=True,
            height=HEIGHT,
            column_order=["at", "amount", "products", "items"],
            column_config={
                "at": st.column_config.TextColumn("Time", width=70),
                "items": st.column_config.NumberColumn("Items", width=50),
                "amount": st.column_config.NumberColumn(
                    f"Amount ({page.clock.currency})", format=formats.AMOUNT_COLUMN, width=100
                ),
                "products": st.column_config.TextColumn("Products", width="medium"),
            },
        )


def _events(page: Page, latest: pd.DataFrame) -> None:
    with panel("Latest events", "live_latest") as card:
        card.offer(latest)
        st.dataframe(
            latest.assign(
                at=_clock_times(page, latest["event_timestamp"]),
                event_type=latest["event_type"].str.replace("_", " "),
            ),
            key="live_latest",
            hide_index=True,
            height=HEIGHT,
            column_order=["at", "event_type", "product", "sale_price"],
            column_config={
                "at": st.column_config.TextColumn("Time", width=70),
                "event_type": st.column_config.TextColumn("Event", width=110),
                "sale_price": st.column_config.NumberColumn(
                    f"Price ({page.clock.currency})", format=formats.AMOUNT_COLUMN, width=100
                ),
                "product": st.column_config.TextColumn("Product", width="medium"),
            },
        )


def _clock_times(page: Page, instants: pd.Series) -> pd.Series:
    """Texts; of no instants at all, nothing has a zone to convert from."""
    if instants.empty:
        return instants.astype(str)
    times: pd.Series = page.local(instants).dt.strftime("%H:%M:%S")
    return times
