"""The cards of Funnel: visits, the rate of each step, and what stayed in carts."""

from typing import NamedTuple

from dashboard import formats
from dashboard.cards import show_cards
from dashboard.comparison import Comparison
from dashboard.page import Page
from dashboard.views.funnel_steps import CARTED, PURCHASED, VIEWED
from esynapse.pipeline.mart_docs import meaning


class Rate(NamedTuple):
    """Columns of sales_funnel: the two that it is made of, and itself, which says its meaning."""

    top: str
    bottom: str
    column: str


RATES = {
    "View → cart": Rate(CARTED, VIEWED, "view_to_cart_rate"),
    "Cart → purchase": Rate(PURCHASED, CARTED, "cart_to_purchase_rate"),
    "View → purchase": Rate(PURCHASED, VIEWED, "view_to_purchase_rate"),
}
VALUE_LEFT = (
    "Pieces carted and not bought by the visit, at the product's mean price of that day, one of "
    "each."
)


def show_key_figures(page: Page, compare: Comparison) -> None:
    """Draw them. The days of ``compare`` have those of sales_funnel, carts_left, value_left."""
    rates = [
        compare.rate(name, (rate.top, rate.bottom), meaning("sales_funnel", rate.column))
        for name, rate in RATES.items()
    ]
    show_cards(
        [
            compare.sum("Visits", VIEWED, formats.compact, meaning("sales_funnel", VIEWED)),
            *rates,
            compare.sum(
                "Carts left",
                "carts_left",
                formats.compact,
                "Sessions that carted and bought nothing of it.",
                good_up=False,
            ),
            compare.sum("Worth left", "value_left", page.money, VALUE_LEFT, good_up=False),
        ]
    )
