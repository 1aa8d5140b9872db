"""The cards of Overview: six figures, each with its days and two comparisons."""

import pandas as pd

from dashboard import formats, measures
from dashboard.cards import show_cards
from dashboard.comparison import Comparison
from dashboard.page import Page
from esynapse.pipeline.mart_docs import meaning


def show_key_figures(page: Page, days: pd.DataFrame) -> None:
    """Draw them. ``days``: the selected and those compared with, as far as the data reach."""
    compare = Comparison(page, days, "revenue_date")
    narrowed = measures.is_narrowed(page.selection)
    note = measures.order_note(page.selection)
    orders = meaning("daily_revenue", "orders")
    show_cards(
        [
            compare.sum(
                "Net revenue",
                "net_revenue",
                page.money,
                meaning("daily_revenue", "net_revenue"),
            ),
            compare.sum(
                "Gross revenue",
                "gross_revenue",
                page.money,
                meaning("daily_revenue", "gross_revenue"),
            ),
            compare.sum("Orders", "orders", formats.compact, f"{orders} {note or ''}"),
            compare.ratio(
                "Average order",
                ("gross_revenue", "orders"),
                page.money,
                meaning("daily_revenue", "average_order_value"),
            ),
            compare.rate(
                "Conversion",
                ("converting", "sessions"),
                "Sessions that viewed, carted and bought ÷ sessions that viewed, in this selection."
                if narrowed
                else meaning("daily_revenue", "session_conversion"),
            ),
            compare.rate(
                "Refund rate",
                ("refunds", "gross_revenue"),
                "Refunds paid in the period ÷ gross revenue of the period.",
                good_up=False,
            ),
        ]
    )
