"""One product: is it doing well, and why."""

from datetime import timedelta

import pandas as pd
import streamlit as st

from dashboard import clicks, filters, formats, health, queries
from dashboard.connection import connect
from dashboard.page import Page, open_page
from dashboard.views.product_detail_cards import WEEK, show_key_figures
from dashboard.views.product_detail_days import show_days, show_prices
from dashboard.views.product_detail_discounts import show_discounts
from dashboard.views.product_detail_health import show_health

CHOSEN = "chosen_product"


def show_product(product: pd.Series) -> None:
    """Draw the page of a product, a row of queries.PRODUCT."""
    _navigation(product)
    page = open_page(product["product_name"], "Is this product doing well, and why?", filters.DATES)
    peers = page.connection.query(
        queries.PRODUCTS,
        categories=f"{filters.SEPARATOR}{product['category']}{filters.SEPARATOR}",
        discount=filters.EVERYTHING,
    )
    parts = health.parts_of(product, peers)
    page.answer.markdown(_answer(product, peers, parts))
    st.markdown(_badges(page, product))
    first = page.selection.start - timedelta(days=max(page.selection.days, WEEK))
    days = page.connection.query(
        queries.PRODUCT_DAYS, product=product["product_id"], start=first, end=page.selection.end
    )
    show_key_figures(page, product, peers, days)
    left, right = st.columns(2)
    with left:
        show_health(product, parts)
    with right:
        show_prices(page, product, days)
    show_days(page, product, days)
    show_discounts(page, product)


def _navigation(product: pd.Series) -> None:
    """The way back, and to another product."""
    choices = connect().query(queries.PRODUCT_CHOICES)
    names = dict(zip(choices["product_id"], choices["product_name"], strict=True))
    names.setdefault(product["product_id"], product["product_name"])
    st.session_state[CHOSEN] = product["product_id"]
    with st.container(horizontal=True, vertical_alignment="center", key="navigation"):
        st.button(
            "All products",
            icon=":material/arrow_back:",
            on_click=clicks.close_product,
            type="tertiary",
        )
        st.selectbox(
            "Another product",
            list(names),
            format_func=lambda each: f"{names[each]} · {each}",
            key=CHOSEN,
            on_change=_open_chosen,
            label_visibility="collapsed",
            width=420,
        )


def _open_chosen() -> None:
    st.query_params[clicks.PRODUCT] = st.session_state[CHOSEN]


def _answer(product: pd.Series, peers: pd.DataFrame, parts: pd.DataFrame) -> str:
    if parts.empty:
        return "**No part of its health can be measured yet.**"
    scored = int(peers["health_score"].notna().sum())
    sentence = (
        f"**{product['health_band'].capitalize()}: health {product['health_score']:.0f} of 100**, "
        f"place {int(product['health_rank']):,} of {scored:,} in "
        f"{formats.as_text(product['category'])}."
    )
    ranked = parts.sort_values("points")
    lowest, highest = ranked.iloc[0], ranked.iloc[-1]
    reasons = []
    if highest["points"] > 0:
        reasons.append(f"**{highest['part']}** lifts it most ({_beside(highest)}).")
    if lowest["points"] < 0:
        reasons.append(f"**{lowest['part']}** drags most ({_beside(lowest)}).")
    return " ".join([sentence, *reasons])


def _beside(part: pd.Series) -> str:
    """``+4.8 points: 1.02 % against the category's 0.85 %``, which is the median."""
    moved = f"{health.signed(part['points'])} points"
    if part["measured"] == part["middle"]:
        return moved
    return f"{moved}: {part['measured']} against the category's {part['middle']}"


def _badges(page: Page, product: pd.Series) -> str:
    """Its category, id, price, stock and whether it trends."""
    price = page.price(product["current_price"])
    badges = [
        f":gray-badge[:material/category: {formats.as_text(product['category'])}]",
        f":gray-badge[:material/tag: {formats.as_text(product['product_id'])}]",
    ]
    if product["is_on_sale"]:
        regular = page.price(product["regular_price"])
        badges.append(
            f":orange-badge[:material/sell: {formats.as_text(price)}, on sale from "
            f"{formats.as_text(regular)}]"
        )
    else:
        badges.append(f":gray-badge[:material/sell: {formats.as_text(price)}]")
    if pd.notna(product["in_stock"]):
        badges.append(
            ":green-badge[:material/check: In stock]"
            if product["in_stock"]
            else ":red-badge[:material/block: Out of stock]"
        )
    if pd.notna(product["trending_rank"]):
        badges.append(_trend(product))
    return " ".join(badges)


def _trend(product: pd.Series) -> str:
    counts = (
        f"{int(product['views_24h']):,} views, {int(product['carts_24h']):,} carts and "
        f"{int(product['purchases_24h']):,} bought in 24 h"
    )
    usual = product["weighted_mean_28d"]
    times = f", {product['weighted_24h'] / usual:,.1f} × its usual" if usual > 0 else ""
    return (
        f":violet-badge[:material/trending_up: Trending, place {int(product['trending_rank']):,}: "
        f"{counts}{times}]"
    )
