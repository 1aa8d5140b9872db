"""Overview: how the shop is doing, what changed, and how today compares with the forecast."""

import streamlit as st

from dashboard import filters, formats, measures, states
from dashboard.comparison import first_compared
from dashboard.page import Page, open_page
from dashboard.views.overview_cards import show_key_figures
from dashboard.views.overview_changes import show_changes
from dashboard.views.overview_course import show_course
from dashboard.views.overview_today import show_today
from dashboard.views.overview_top import show_share, show_top_products


def show(page: Page) -> None:
    """Draw the page."""
    selection = page.selection
    days = measures.by_day(page.connection, selection, first_compared(page), selection.end)
    now = measures.between(days, "revenue_date", selection.start, selection.end)
    if now.empty:
        states.no_rows_for_filters()
        return
    fair = measures.reaches_back(selection, page.clock.first_date)
    before = measures.between(days, "revenue_date", *selection.previous)
    page.answer.markdown(_answer(page, now[_column(page)].sum(), before[_column(page)].sum(), fair))
    show_key_figures(page, days)
    show_course(page, now, before)
    left, right = st.columns([2, 3])
    with left:
        show_share(page)
    with right:
        show_changes(page)
    show_top_products(page)
    show_today(page)


def _column(page: Page) -> str:
    """The metric chosen; views are not among a day's totals, revenue speaks for them."""
    column = page.selection.measure.column
    return column if column in measures.ADDITIVE else "net_revenue"


def _answer(page: Page, now: float, before: float, fair: bool) -> str:
    selection, column = page.selection, _column(page)
    name = next(name for name, each in filters.METRICS.items() if each.column == column)
    amount = page.amount(now, is_money=filters.METRICS[name].is_money)
    sentence = f"**{name} was {amount}** in {selection.days:,} days"
    change = formats.relative_change(now, before) if fair else None
    if change is None:
        return f"{sentence}; there is no period of that length before it to compare with."
    if abs(change) < measures.SMALL_CHANGE:
        return f"{sentence}, as in the {selection.days:,} before."
    return f"{sentence}, **{formats.change(change)}** on the {selection.days:,} before."


show(
    open_page(
        "Overview",
        "How is the shop doing, and what changed?",
        filters.DATES,
        filters.CATEGORIES,
        filters.DISCOUNT,
        filters.METRIC,
    )
)
