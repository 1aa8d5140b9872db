"""The customers of Funnel: how many come back, and when they first came."""

import pandas as pd
import streamlit as st

from dashboard import charts, colours, formats, measures, queries, states
from dashboard.cards import card_row
from dashboard.page import Page


def show_customers(page: Page) -> None:
    """Draw them, if there are any."""
    st.header("Customers")
    row = page.connection.query(queries.CUSTOMERS).iloc[0]
    if not row["customers"]:
        states.missing("Nobody has bought anything yet.")
        return
    selection = page.selection
    days = page.connection.query(queries.BUYERS, start=selection.start, end=selection.end)
    cards = card_row(4)
    cards[0].metric("Customers, all time", formats.compact(row["customers"]), border=True)
    cards[1].metric(
        "Repeat rate",
        formats.percent(measures.ratio(row["repeat_customers"], row["customers"])),
        border=True,
        help="Customers with two orders or more ÷ customers, all time.",
    )
    cards[2].metric(
        "Revenue per customer",
        page.money(measures.ratio(row["net_revenue"], row["customers"])),
        border=True,
    )
    cards[3].metric(
        "New among buyers",
        formats.percent(measures.ratio(days["new_buyers"].sum(), days["buyers"].sum())),
        border=True,
        help="First orders ÷ buyers of each day, in the chosen dates.",
    )
    left, right = st.columns(2)
    with left, st.container(border=True, height="stretch"):
        _buyers(days)
    with right, st.container(border=True, height="stretch"):
        _cohorts(page)


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
            palette={"Returning": colours.ACTUAL, "New": "#9bb8d6"},
            title="Buyers",
        )
    )


def _cohorts(page: Page) -> None:
    st.subheader("Who bought again")
    rows = page.connection.query(queries.COHORTS)
    later = rows[rows["months_since_first"] > 0]
    if later.empty:
        states.missing("Cohorts need buyers of at least two calendar months.")
        return
    shown = later[later["months_since_first"] <= 12].sort_values(
        ["cohort_month", "months_since_first"]
    )
    newest = shown["cohort_month"].drop_duplicates().nlargest(18)
    shown = shown[shown["cohort_month"].isin(newest)]
    st.altair_chart(charts.cohorts(shown.assign(cohort=shown["cohort_month"].dt.strftime("%b %Y"))))
    st.caption("Customers by the month of their first order; the newest month is not over.")
