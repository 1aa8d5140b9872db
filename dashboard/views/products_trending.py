"""What is livelier right now than chance makes it, and what made it so."""

from datetime import timedelta
from functools import partial

import pandas as pd
import streamlit as st

from dashboard import clicks, colours, queries, states
from dashboard.page import Page
from dashboard.panel import panel
from esynapse.pipeline.mart_docs import meaning

DAYS = 28


def show_trending(page: Page) -> None:
    """Draw it; a click opens a product."""
    about = (
        "The last 24 hours of views, carts and purchases against the product's own 28 days and the "
        "pace of the whole shop, newer ones counting more. Only what is more than chance."
    )
    categories = page.selection.category_parameter
    with panel("Trending now", "trending", about=about) as card:
        rows = page.connection.query(queries.TRENDING, categories=categories)
        if rows.empty:
            states.missing("Nothing trends: no product is livelier than chance makes it.")
            return
        days = page.connection.query(
            queries.TRENDING_DAYS,
            categories=categories,
            start=page.clock.as_of_date - timedelta(days=DAYS - 1),
            end=page.clock.as_of_date,
        )
        card.offer(rows)
        usual = rows["weighted_24h"] / rows["weighted_mean_28d"].where(
            rows["weighted_mean_28d"] > 0
        )
        shown = rows.assign(
            times=usual.map(
                lambda times: f"{times:.1f} ×" if times < 10 else f"{times:,.0f} ×", "ignore"
            ),
            course=_courses(rows, days),
        )
        columns = ["product_name", "trending_score", "course", "views_24h", "carts_24h"]
        columns += ["purchases_24h", "times", "category"]
        st.dataframe(
            shown[columns],
            hide_index=True,
            height="content",
            key="trending",
            on_select=partial(clicks.show_product, "trending", rows),
            selection_mode="single-cell",
            column_config={
                "product_name": st.column_config.TextColumn("Product", width=250),
                "trending_score": st.column_config.ProgressColumn(
                    "Score",
                    format="%.1f",
                    min_value=0,
                    max_value=float(rows["trending_score"].max()),
                    help=meaning("trending_score", "trending_score"),
                ),
                "course": st.column_config.BarChartColumn(
                    f"Views, {DAYS} days",
                    color=colours.ACTUAL,
                    y_min=0,
                    help="Views by day, up to the newest day so far.",
                ),
                "views_24h": st.column_config.NumberColumn(
                    "Views, 24 h", help=meaning("trending_score", "views_24h"), width="small"
                ),
                "carts_24h": st.column_config.NumberColumn(
                    "Carts", help=meaning("trending_score", "carts_24h"), width="small"
                ),
                "purchases_24h": st.column_config.NumberColumn(
                    "Bought", help=meaning("trending_score", "purchases_24h"), width="small"
                ),
                "times": st.column_config.TextColumn(
                    "Of usual",
                    help=f"{meaning('trending_score', 'weighted_24h')} Against: "
                    f"{meaning('trending_score', 'weighted_mean_28d')}",
                    width="small",
                ),
                "category": "Category",
            },
        )
        st.caption("Click a product to open it.")


def _courses(rows: pd.DataFrame, days: pd.DataFrame) -> pd.Series:
    """The views of each of ``rows``, day by day."""
    table = days.pivot_table(
        index="product_id", columns="metric_date", values="views", fill_value=0, aggfunc="sum"
    )
    each = table.reindex(rows["product_id"], fill_value=0)
    return pd.Series(each.to_numpy().tolist(), index=rows.index)
