"""All products: how many do well, which need help, and what holds them back."""

import pandas as pd
import streamlit as st

from dashboard import filters, formats, health, measures, queries, states
from dashboard.cards import Card, show_cards
from dashboard.page import Page, open_page
from dashboard.views.products_map import show_map, show_needs
from dashboard.views.products_table import show_table
from dashboard.views.products_trending import show_trending
from esynapse.pipeline.mart_docs import meaning

WINDOW = "Of the last 28 complete days."


def show_products(unknown: str | None) -> None:
    """Draw the page of all products.

    Args:
        unknown: what to say of a product in the address that there is not.
    """
    page = open_page(
        "Products",
        "Which products do well, which need help, and why?",
        filters.CATEGORIES,
        filters.DISCOUNT,
    )
    if unknown:
        st.warning(unknown, icon=":material/search_off:")
    products = page.connection.query(
        queries.PRODUCTS,
        categories=page.selection.category_parameter,
        discount=page.selection.discount,
    )
    if products.empty:
        states.missing("No product in these categories and discount periods: widen the filters.")
        return
    products = products.join(health.drags_and_lifts(products))
    page.answer.markdown(_answer(page, products))
    show_cards(_cards(products))
    left, right = st.columns([3, 2])
    with left:
        show_map(page, products)
    with right:
        show_needs(page, products)
    show_table(page, products)
    show_trending(page)


def _answer(page: Page, products: pd.DataFrame) -> str:
    weak = products[products["health_band"] == "weak"]
    if products["health_score"].isna().all():
        return "**No product has a health score**: no part of it can be measured yet."
    scored = f"{products['health_score'].notna().sum():,} products"
    if weak.empty:
        return f"**None of {scored} is weak.**"
    share = measures.ratio(weak["net_revenue"].sum(), products["net_revenue"].sum())
    sentence = f"**{len(weak):,} of {scored} are weak**"
    if share is not None and share > 0:
        sentence += f" and bring **{formats.percent(share, 0)} of revenue**"
    often = weak["drag"].value_counts()
    largest = weak.iloc[0]
    return (
        f"{sentence}; what holds them back most often is {often.index[0].casefold()}. "
        f"Most is at stake with **{formats.as_text(largest['product_name'])}** "
        f"({formats.as_text(page.money(largest['net_revenue']))} in 28 days, held back by "
        f"{largest['drag'].casefold()})."
    )


def _cards(products: pd.DataFrame) -> list[Card]:
    whole = products["net_revenue"].sum()

    def card(label: str, rows: pd.DataFrame, about: str) -> Card:
        share = measures.ratio(rows["net_revenue"].sum(), whole)
        note = None if share is None else f"{formats.percent(share)} of revenue"
        return Card(label, f"{len(rows):,}", note=note, about=f"{about} Revenue: {WINDOW.lower()}")

    band = meaning("product_health_score", "health_band")
    return [
        *(
            card(name.capitalize(), products[products["health_band"] == name], band)
            for name in ("strong", "steady", "weak")
        ),
        card(
            "Growing",
            products[products["revenue_growth"] > 0],
            meaning("product_kpis", "revenue_growth"),
        ),
        card(
            "On sale now", products[products["is_on_sale"]], meaning("product_kpis", "is_on_sale")
        ),
        card(
            "Out of stock now",
            products[products["in_stock"] == False],  # noqa: E712 - null is not known
            meaning("product_kpis", "in_stock"),
        ),
    ]
