"""The table of products: their health, its parts and what they are made of; a click opens one."""

from functools import partial

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from dashboard import clicks, colours, formats, health, states
from dashboard.page import Page
from dashboard.panel import panel
from esynapse.pipeline.mart_docs import meaning

MOST_ROWS = 3_000
ORDER = [
    "product_name",
    "health_score",
    "held_back_by",
    "category",
    *health.PARTS,
    "net_revenue",
    "revenue_growth",
    "conversion_rate",
    "return_rate",
    "in_stock_share",
    "avg_rating",
    "units",
    "current_price",
    "sale",
    "product_id",
]


def show_table(page: Page, products: pd.DataFrame) -> None:
    """Draw it, with what narrows it."""
    about = meaning("product_health_score", "health_score")
    with panel("Product health", "health", about=about) as card:
        rows = _narrowed(products)
        if rows.empty:
            states.missing("No product matches: clear the search or the choices beside it.")
            return
        shown = rows.head(MOST_ROWS)
        shown = shown.assign(
            held_back_by=shown["drag"].where(shown["drag_points"] <= -0.05, formats.NOTHING),
            sale=shown["is_on_sale"].map({True: "✓", False: ""}),
        )[ORDER]
        card.offer(shown)
        st.dataframe(
            shown,
            hide_index=True,
            height=460 if len(shown) > 11 else "content",
            key="health",
            on_select=partial(clicks.show_product, "health", shown),
            selection_mode="single-cell",
            column_config=_columns(page),
        )
        some = f", the {MOST_ROWS:,} that bring most are shown" if len(rows) > MOST_ROWS else ""
        st.caption(
            f"{len(rows):,} of {len(products):,} products{some}. Click one to open it, a column's "
            "name to sort. Figures are of the last 28 complete days."
        )


def _narrowed(products: pd.DataFrame) -> pd.DataFrame:
    """The products that are searched for, of the band and with the drag chosen."""
    with st.container(horizontal=True, vertical_alignment="center", key="narrow"):
        text = st.text_input(
            "Search",
            key="search",
            bind="query-params",
            persist_state="page",
            max_chars=100,
            placeholder="Name, category or id",
            icon=":material/search:",
            label_visibility="collapsed",
            width=300,
        )
        band = st.segmented_control(
            "Health",
            list(colours.HEALTH),
            key="band",
            bind="query-params",
            persist_state="page",
            format_func=str.capitalize,
            label_visibility="collapsed",
        )
        drag = st.selectbox(
            "Held back by",
            [part.name for part in health.PARTS.values()],
            index=None,
            key="held_back",
            bind="query-params",
            persist_state="page",
            placeholder="Held back by anything",
            label_visibility="collapsed",
            width=220,
        )
    rows = search(products, text or "")
    if band:
        rows = rows[rows["health_band"] == band]
    return rows[rows["drag"] == drag] if drag else rows


def search(products: pd.DataFrame, text: str) -> pd.DataFrame:
    """The products whose name, category and id together have every word of ``text``."""
    hay = (
        products["product_name"] + " " + products["category"] + " " + products["product_id"]
    ).str.casefold()
    found = pd.Series(True, index=products.index)
    for word in text.casefold().split():
        found &= hay.str.contains(word, regex=False, na=False)
    return products[found]


def _columns(page: Page) -> dict[str, ColumnConfig | str | None]:
    number, text = st.column_config.NumberColumn, st.column_config.TextColumn
    parts: dict[str, ColumnConfig | str | None] = {
        column: st.column_config.ProgressColumn(
            part.name,
            min_value=0,
            max_value=1,
            format="%.2f",
            width="small",
            color="auto",
            help=f"{meaning('product_health_score', column)} Weighs {part.weight} %.",
        )
        for column, part in health.PARTS.items()
    }
    return parts | {
        "product_name": text("Product", pinned=True, width=280),
        "category": "Category",
        "health_score": st.column_config.ProgressColumn(
            "Health",
            min_value=0,
            max_value=100,
            format="%.0f",
            width="small",
            help=meaning("product_health_score", "health_score"),
        ),
        "held_back_by": text(
            "Held back by", help="The part that takes most points from its health."
        ),
        "net_revenue": number(
            f"Revenue ({page.clock.currency})",
            format=formats.AMOUNT_COLUMN,
            help=meaning("product_kpis", "net_revenue"),
        ),
        "revenue_growth": number(
            "Growth, 28 days", format="percent", help=meaning("product_kpis", "revenue_growth")
        ),
        "conversion_rate": number(
            "Conversion rate", format="percent", help=meaning("product_kpis", "conversion_rate")
        ),
        "return_rate": number(
            "Return rate", format="percent", help=meaning("product_kpis", "return_rate")
        ),
        "in_stock_share": number(
            "Days in stock", format="percent", help=meaning("product_kpis", "in_stock_share")
        ),
        "avg_rating": number("Stars", format="%.2f", help=meaning("product_kpis", "avg_rating")),
        "units": number("Units", format="localized", help=meaning("product_kpis", "units")),
        "current_price": number(
            "Price",
            format=formats.AMOUNT_COLUMN,
            help=meaning("product_kpis", "current_price"),
        ),
        "sale": text("On sale", width="small", help=meaning("product_kpis", "is_on_sale")),
        "product_id": "Id",
    }
