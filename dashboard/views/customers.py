"""Customers: who comes back, and what they are worth."""

import pandas as pd
import streamlit as st

from dashboard import filters, formats, measures, queries, states
from dashboard.comparison import Comparison, first_compared
from dashboard.page import Page, open_page
from dashboard.views.customers_buyers import show_buyers, show_repeat_rates
from dashboard.views.customers_cards import show_key_figures
from dashboard.views.customers_cohorts import show_cohorts
from dashboard.views.customers_segments import show_segments


def show(page: Page) -> None:
    """Draw the page."""
    everyone = page.connection.query(queries.CUSTOMERS).iloc[0]
    if not everyone["customers"]:
        states.missing("Nobody has bought anything yet.")
        return
    page.answer.markdown(_answer(page, everyone))
    days = page.connection.query(queries.BUYERS, start=first_compared(page), end=page.selection.end)
    compare = Comparison(
        page, days.assign(returning=days["buyers"] - days["new_buyers"]), "revenue_date"
    )
    rates = page.connection.query(queries.REPEAT_RATES)
    cohorts = page.connection.query(queries.COHORTS)
    show_key_figures(page, compare, rates, cohorts)
    show_cohorts(page, cohorts)
    left, right = st.columns(2)
    with left:
        show_buyers(compare.now)
    with right:
        show_repeat_rates(page, rates)
    show_segments(page)


def _answer(page: Page, everyone: pd.Series) -> str:
    """Who came back, and what they brought, of all customers."""

    def each(revenue: float, customers: float) -> str:
        return formats.as_text(page.money(measures.ratio(revenue, customers)))

    customers, back = everyone["customers"], everyone["repeat_customers"]
    revenue, of_those_back = everyone["net_revenue"], everyone["repeat_net_revenue"]
    if not back:
        return (
            f"**None of {formats.compact(customers)} customers has come back yet**; each has "
            f"brought {each(revenue, customers)}."
        )
    sentence = (
        f"**{formats.percent(back / customers, 0)} of {formats.compact(customers)} customers came "
        f"back, and bring {formats.percent(measures.ratio(of_those_back, revenue), 0)} of net "
        f"revenue**: {each(of_those_back, back)} each, ordering every "
        f"{everyone['days_between_orders']:,.0f} days"
    )
    if back == customers:
        return f"{sentence}."
    return f"{sentence}; the others {each(revenue - of_those_back, customers - back)}."


show(open_page("Customers", "Who comes back, and what are they worth?", filters.DATES))
