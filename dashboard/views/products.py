"""Products: their health and its parts, conversion against revenue, what trends, one in detail."""

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from dashboard import charts, colours, filters, formats, queries, states
from dashboard.page import Page, open_page
from dashboard.views.product_detail import show_product

PARTS = {
    "conversion_score": "Conversion",
    "growth_score": "Growth",
    "return_score": "Few returns",
    "stock_score": "In stock",
    "rating_score": "Rating",
}


def show(page: Page) -> None:
    """Draw the page."""
    products = page.connection.query(
        queries.PRODUCTS,
        categories=page.selection.category_parameter,
        discount=page.selection.discount,
    )
    if products.empty:
        states.no_rows_for_filters()
        return
    with st.container(border=True, height="stretch"):
        _health_table(page, products)
    left, right = st.columns(2)
    with left, st.container(border=True, height="stretch"):
        _scatter(page, products)
    with right, st.container(border=True, height="stretch"):
        _trending(page)
    with st.container(border=True, height="stretch"):
        show_product(page)


def _health_table(page: Page, products: pd.DataFrame) -> None:
    head, search = st.columns([3, 1], vertical_alignment="center")
    head.subheader("Product health")
    text = search.text_input(
        "Search",
        key="search",
        bind="query-params",
        max_chars=100,
        placeholder="Name, category or id",
        label_visibility="collapsed",
    )
    rows = _search(products, text or "")
    scored = int(products["health_score"].notna().sum())
    bands = products["health_band"].value_counts()
    st.caption(
        f"{len(rows):,} of {len(products):,} products · "
        + " · ".join(f"{int(bands.get(band, 0)):,} {band}" for band in colours.HEALTH)
        + f" · the last 28 complete days before {page.clock.as_of_date:%d %b %Y}. Health, 0 to 100,"
        " ranks a product within its category by the parts on the right, each from 0 to 1."
    )
    if not scored:
        states.missing("No product has a health score: no part of it can be measured yet.")
    if rows.empty:
        states.missing("No product matches the search.")
        return
    st.dataframe(
        rows.assign(on_sale=rows["is_on_sale"].map({True: "✂️", False: ""})),
        hide_index=True,
        height=420,
        column_order=[
            "product_name",
            "category",
            "health_score",
            *PARTS,
            "net_revenue",
            "revenue_growth",
            "conversion_rate",
            "return_rate",
            "units",
            "current_price",
            "on_sale",
            "in_stock",
            "product_id",
        ],
        column_config=_columns(page),
    )


def _columns(page: Page) -> dict[str, ColumnConfig | str | None]:
    percent = st.column_config.NumberColumn
    parts: dict[str, ColumnConfig | str | None] = {
        column: st.column_config.ProgressColumn(
            name, min_value=0, max_value=1, format="%.2f", width="small"
        )
        for column, name in PARTS.items()
    }
    return parts | {
        "product_name": st.column_config.TextColumn("Product", pinned=True),
        "category": "Category",
        "health_score": st.column_config.ProgressColumn(
            "Health", min_value=0, max_value=100, format="%.0f"
        ),
        "net_revenue": percent(
            f"Net revenue ({page.clock.currency})", format=formats.AMOUNT_COLUMN
        ),
        "revenue_growth": percent("Growth", format="percent", help="On the 28 days before."),
        "conversion_rate": percent("Conversion", format="percent"),
        "return_rate": percent("Returned", format="percent"),
        "units": percent("Units", format="localized"),
        "current_price": percent("Price", format=formats.AMOUNT_COLUMN),
        "on_sale": st.column_config.TextColumn("Sale", width="small"),
        "in_stock": st.column_config.CheckboxColumn("In stock"),
        "product_id": "Id",
    }


def _search(products: pd.DataFrame, text: str) -> pd.DataFrame:
    words = text.casefold().split()
    if not words:
        return products
    hay = (
        products["product_name"] + " " + products["category"] + " " + products["product_id"]
    ).str.casefold()
    found = pd.Series(True, index=products.index)
    for word in words:
        found &= hay.str.contains(word, regex=False).fillna(False)
    return products[found]


def _scatter(page: Page, products: pd.DataFrame) -> None:
    st.subheader("Conversion against revenue")
    rows = products[products["conversion_rate"].notna() & products["health_band"].notna()]
    if rows.empty:
        states.missing("Conversion needs views: there are no view_item events in the last 28 days.")
        return
    sold = rows[rows["net_revenue"] > 0]
    if sold.empty:
        states.missing("None of these products brought net revenue in the last 28 days.")
        return
    columns = ["product_name", "category", "health_band", "health_score", "units"]
    st.altair_chart(
        charts.scatter(
            sold[[*columns, "conversion_rate", "net_revenue"]],
            x="conversion_rate",
            y="net_revenue",
            x_title="Sessions that bought it, of those that viewed it",
            y_title=f"Net revenue, 28 days ({page.clock.currency})",
            x_shape=".1~%",
        )
    )


def _trending(page: Page) -> None:
    st.subheader("Trending now")
    rows = page.connection.query(queries.TRENDING, categories=page.selection.category_parameter)
    if rows.empty:
        states.missing("Nothing trends: no product is livelier than chance makes it.")
        return
    st.dataframe(
        rows,
        hide_index=True,
        height="content",
        column_order=[
            "product_name",
            "trending_score",
            "views_24h",
            "carts_24h",
            "purchases_24h",
        ],
        column_config={
            "product_name": "Product",
            "trending_score": st.column_config.NumberColumn("Score", format="%.1f"),
            "views_24h": st.column_config.NumberColumn("Views", help="In the last 24 hours."),
            "carts_24h": "Carts",
            "purchases_24h": "Bought",
        },
    )
    st.caption(
        "The last 24 hours of views, carts and purchases against the product's own 28 days and the "
        "pace of the whole shop, newer ones counting more. Only what is more than chance."
    )


show(
    open_page(
        "Products",
        "Which products do well, which need help, and why?",
        filters.DATES,
        filters.CATEGORIES,
        filters.DISCOUNT,
    )
)
