"""Discounts: what price cuts brought, what another price would do, and where the cuts are."""

from dashboard import filters
from dashboard.page import Page, open_page
from dashboard.views.discounts_categories import show_categories
from dashboard.views.discounts_course import show_course
from dashboard.views.discounts_drops import show_drops
from dashboard.views.discounts_periods import show_all_periods, show_largest_periods
from dashboard.views.discounts_totals import read_totals, show_answer, show_key_figures
from dashboard.views.discounts_what_if import show_what_if


def show(page: Page) -> None:
    """Draw the page."""
    totals = read_totals(page, page.selection.start, page.selection.end)
    show_answer(page, totals)
    show_key_figures(page, totals)
    show_course(page)
    show_what_if(page)
    show_categories(page)
    show_largest_periods(page)
    show_drops(page)
    show_all_periods(page)


show(
    open_page(
        "Discounts",
        "What do price cuts bring, and what would another one do?",
        filters.DATES,
        filters.CATEGORIES,
    )
)
