"""Customers: who comes back, which segment they are in, and what they are worth."""

import pandas as pd
import streamlit as st

from dashboard import charts, colours, filters, formats, measures, queries, states
from dashboard.cards import card_row
from dashboard.page import Page, open_page
from dashboard.views.customers_value import show_cohorts, show_segments

WINDOWS = {90: "90 days", 28: "28 days"}
"""Of the repeat rate, the longest first."""


def show(page: Page) -> None:
    """Draw the page."""
    row = page.connection.query(queries.CUSTOMERS).iloc[0]
    if not row["customers"]:
        states.missing("Nobody has bought anything yet.")
        return
    selection = page.selection
    days = page.connection.query(queries.BUYERS, start=selection.start, end=selection.end)
    rates = page.connection.query(queries.REPEAT_RATES)
    _cards(page, row, days, rates)
    left, right = st.columns(2)
    with left, st.container(border=True, height="stretch"):
        _buyers(days)
    with right, st.container(border=True, height="stretch"):
        _repeat_rates(page, rates)
    show_segments(page)
    show_cohorts(page)


def _cards(page: Page, row: pd.Series, days: pd.DataFrame, rates: pd.DataFrame) -> None:
    cards = card_row(4)
    cards[0].metric(
        "Customers",
        formats.compact(row["customers"]),
        border=True,
        help=f"All time; {formats.compact(row['repeat_customers'])} of them ordered twice or more, "
        f"on average every {formats.compact(row['days_between_orders'])} days.",
    )
    window, now, before = _newest_rate(rates)
    cards[1].metric(
        f"Repeat rate, {WINDOWS[window]}",
        formats.percent(now),
        formats.signed_points(now, before),
        border=True,
        help=f"Customers with two orders or more ÷ customers, in the last {window} days of the "
        f"data; the change is against the {window} days before.",
    )
    cards[2].metric(
        "Lifetime value",
        page.money(measures.ratio(row["net_revenue"], row["customers"])),
        border=True,
        help="Net revenue to date ÷ customers, all time.",
    )
    cards[3].metric(
        "New among buyers",
        formats.percent(measures.ratio(days["new_buyers"].sum(), days["buyers"].sum())),
        border=True,
        help="First orders ÷ buyers of each day, in the chosen dates.",
    )


def _newest_rate(rates: pd.DataFrame) -> tuple[int, float | None, float | None]:
    """The longest window that the data fill, its newest rate, and that of the window before."""
    for window in WINDOWS:
        known = rates[rates["window_days"] == window].set_index("rate_date")["repeat_rate"]
        if len(known):
            newest = known.index.max()
            return window, known[newest], known.get(newest - pd.Timedelta(days=window))
    return min(WINDOWS), None, None


def _buyers(days: pd.DataFrame) -> None:
    st.subheader("New and returning buyers")
    if not days["buyers"].sum():
        states.missing("Nobody bought anything in the chosen dates.")
        return
    long = pd.DataFrame(
        {
            "day": days["revenue_date"],
            "Returning": days["buyers"] - days["new_buyers"],
            "New": days["new_buyers"],
        }
    ).melt("day", var_name="kind", value_name="buyers")
    st.altair_chart(
        charts.stacked_days(
            long,
            date="day",
            value="buyers",
            part="kind",
            palette={"Returning": colours.ACTUAL, "New": colours.LIGHT},
            title="Buyers",
        )
    )


def _repeat_rates(page: Page, rates: pd.DataFrame) -> None:
    st.subheader("Repeat rate")
    selection = page.selection
    shown = rates[
        rates["rate_date"].between(pd.Timestamp(selection.start), pd.Timestamp(selection.end))
    ]
    if shown.empty:
        states.missing(
            "A rate needs a whole window of data: 28 days that are over by the chosen dates."
        )
        return
    st.altair_chart(
        charts.lines(
            shown.assign(window=shown["window_days"].map(WINDOWS)),
            time="rate_date",
            value="repeat_rate",
            part="window",
            palette={"90 days": colours.ACTUAL, "28 days": colours.GOOD},
            title="Share of customers",
            percent=True,
            height=285,
        )
    )
    st.caption("Customers with two orders or more ÷ customers, in the days up to each date.")


show(open_page("Customers", "Who comes back, and what are they worth?", filters.DATES))
