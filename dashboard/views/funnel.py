"""Funnel: where visits end before a purchase, how that changed, and what it costs."""

import pandas as pd
import streamlit as st

from dashboard import filters, formats, measures, queries, states
from dashboard.comparison import Comparison, first_compared
from dashboard.page import Page, open_page
from dashboard.views.funnel_cards import show_key_figures
from dashboard.views.funnel_carts import show_carts_left
from dashboard.views.funnel_compare import show_categories, show_discounts
from dashboard.views.funnel_rates import show_rates
from dashboard.views.funnel_steps import CARTED, PURCHASED, VIEWED, show_hundred, show_steps


def show(page: Page) -> None:
    """Draw the page."""
    ever = page.connection.query(queries.EVENTS_EVER).iloc[0]
    if not ever["viewed"]:
        states.missing(
            "There are no view_item events in the data, so there is no funnel to show: it begins "
            "with a view. The pages Overview and Customers need purchases alone."
        )
        return
    compare = Comparison(page, _days(page), "funnel_date")
    total, before = compare.now.sum(numeric_only=True), compare.before.sum(numeric_only=True)
    if not total[VIEWED]:
        states.no_rows_for_filters()
        return
    page.answer.markdown(_answer(page, total, before))
    show_key_figures(page, compare)
    left, right = st.columns([3, 2])
    with left:
        show_steps(page, total, before)
    with right:
        show_hundred(total)
    if not ever["carted"]:
        states.missing("There are no add_to_cart events: purchases count as bought directly.")
        return
    show_rates(page, compare)
    left, right = st.columns(2)
    with left:
        show_categories(page)
    with right:
        show_discounts(page)
    show_carts_left(page, total)


def _days(page: Page) -> pd.DataFrame:
    """sales_funnel by day, with the carts that were left and what they held."""
    selection = page.selection
    first = first_compared(page)
    rows = measures.funnel_days(page.connection, selection, first, selection.end)
    days = rows.groupby("funnel_date", as_index=False).sum(numeric_only=True)
    left = page.connection.query(
        queries.LEFT_DAYS,
        start=first,
        end=selection.end,
        categories=selection.category_parameter,
        discount=selection.discount,
    ).set_index("metric_date")["value_left"]
    return days.assign(
        carts_left=days[CARTED] - days[PURCHASED],
        value_left=days["funnel_date"].map(left).fillna(0.0),
    )


def _answer(page: Page, total: pd.Series, before: pd.Series) -> str:
    """The step where most are lost, and what moved the rate of purchases."""
    viewed, carted, bought = total[VIEWED], total[CARTED], total[PURCHASED]
    if viewed - carted >= carted - bought:
        lost = f"**{formats.percent((viewed - carted) / viewed)} of visits end at the view**"
        rest = f", {formats.percent((carted - bought) / viewed)} with a cart that is left"
    else:
        lost = f"**{formats.percent((carted - bought) / viewed)} of visits end with a cart left**"
        rest = f", {formats.percent((viewed - carted) / viewed)} at the view"
    sentence = f"{lost}{rest}; {formats.percent(bought / viewed, 2)} buy"
    change = formats.points(bought / viewed, measures.ratio(before[PURCHASED], before[VIEWED]))
    if change is None:
        return f"{sentence}."
    compared = f"on the {page.selection.days:,} days before"
    return f"{sentence}, **{change}** {compared}{_cause(total, before)}."


def _cause(total: pd.Series, before: pd.Series) -> str:
    """The step whose rate moved that of purchases most: it is the product of both."""
    to_cart, to_purchase = (
        formats.relative_change(
            measures.ratio(total[there], total[here]), measures.ratio(before[there], before[here])
        )
        for here, there in ((VIEWED, CARTED), (CARTED, PURCHASED))
    )
    if to_cart is None or to_purchase is None:
        return ""
    moved = "view → cart" if abs(to_cart) > abs(to_purchase) else "cart → purchase"
    return f", most of it at {moved}"


show(
    open_page(
        "Funnel",
        "Where do visits end before a purchase?",
        filters.DATES,
        filters.CATEGORIES,
        filters.DISCOUNT,
    )
)
