"""Where products stand by conversion and revenue, and what the weak ones need."""

from functools import partial

import pandas as pd
import streamlit as st

from dashboard import charts, clicks, colours, health, states
from dashboard.page import Page
from dashboard.panel import panel
from esynapse.pipeline.mart_docs import meaning

MOST_POINTS = 1_000
FIRST = 6
"""Weak products that are named."""


def show_map(page: Page, products: pd.DataFrame) -> None:
    """A point for each product; a click opens it."""
    about = meaning("product_kpis", "conversion_rate")
    with panel("Conversion against revenue", "map", about=about, height="stretch") as card:
        rows = products[products["conversion_rate"].notna() & products["health_band"].notna()]
        if rows.empty:
            states.missing(
                "Conversion needs views: there are no view_item events in the last 28 days."
            )
            return
        sold = rows[rows["net_revenue"] > 0].head(MOST_POINTS)
        if sold.empty:
            states.missing("None of these products brought net revenue in the last 28 days.")
            return
        sold = sold.assign(held_back_by=_held_back(sold))
        columns = ["product_id", "product_name", "category", "health_band", "health_score"]
        columns += ["held_back_by", "units", "conversion_rate", "net_revenue"]
        card.chart(
            clicks.pickable(
                charts.scatter(
                    sold[columns],
                    revenue=f"Net revenue, 28 days ({page.clock.currency})",
                    height=540,
                ),
                "product_id",
            ),
            sold[columns],
            alt_text="Products by conversion and net revenue, by health band",
            pick=clicks.PICK,
            on_pick=clicks.show_product,
        )
        some = f" The {MOST_POINTS:,} that bring most." if len(rows) > MOST_POINTS else ""
        st.caption(f"Larger: more units sold. Click a product to open it.{some}")


def show_needs(page: Page, products: pd.DataFrame) -> None:
    """What holds the weak back, and those of them with most revenue."""
    weak = products[products["health_band"] == "weak"]
    with panel("What holds the weak back", "held_back") as card:
        if weak.empty:
            states.missing("No product here is weak.")
            return
        names = pd.Series([part.name for part in health.PARTS.values()], name="part")
        counts = (
            weak.groupby("drag")
            .agg(products=("product_id", "size"), net_revenue=("net_revenue", "sum"))
            .reindex(names)
            .fillna(0)
            .reset_index()
        )
        card.chart(
            clicks.pickable(
                charts.ranked_bars(
                    counts,
                    label="part",
                    value="products",
                    title="Weak products",
                    palette=colours.WARNING,
                    shape=",.0f",
                    height=170,
                ),
                "part",
            ),
            counts,
            alt_text="Weak products by the part of their health that drags them most",
            pick=clicks.PICK,
            on_pick=_filter_by_drag,
        )
        st.caption("Click a bar to see its products in the table below.")
    _show_first(page, weak)


def _show_first(page: Page, weak: pd.DataFrame) -> None:
    rows = weak.head(FIRST).assign(held_back_by=_held_back(weak.head(FIRST)))
    with panel("Help these first", "first", height="stretch") as card:
        columns = ["product_name", "net_revenue", "held_back_by"]
        card.offer(rows[["product_id", *columns]])
        st.dataframe(
            rows[columns].assign(net_revenue=rows["net_revenue"].map(page.money)),
            hide_index=True,
            height="content",
            key="first",
            on_select=partial(clicks.show_product, "first", rows),
            selection_mode="single-cell",
            column_config={
                "product_name": st.column_config.TextColumn("Product", width=230),
                "net_revenue": st.column_config.TextColumn(
                    "28 days", width=80, help=meaning("product_kpis", "net_revenue")
                ),
                "held_back_by": st.column_config.TextColumn("Held back by", width=115),
            },
        )
        st.caption("The weak products with most revenue. Click one to open it.")


def _held_back(products: pd.DataFrame) -> pd.Series:
    """``Conversion −12.0``."""
    text = products["drag"] + " " + products["drag_points"].map(health.signed)
    return text.fillna("")


def _filter_by_drag(key: str) -> None:
    """The bar clicked chooses what the table shows; none, all of them."""
    picked = st.session_state[key].selection.get(clicks.PICK) or []
    st.session_state["band"] = "weak" if picked else None
    st.session_state["held_back"] = picked[0]["part"] if picked else None
