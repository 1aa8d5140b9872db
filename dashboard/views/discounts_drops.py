"""Price drops as they happen: how many a day, and each of them, the newest first."""

import pandas as pd
import streamlit as st

from dashboard import charts, clicks, colours, formats, queries, states
from dashboard.charts.axes import FEW_DAYS
from dashboard.page import Page
from dashboard.panel import Panel, panel
from esynapse.pipeline.mart_docs import meaning

KINDS = {True: "Promotion", False: "New price"}
PALETTE = {"Promotion": colours.PROMOTION, "New price": colours.ACTUAL}
HEIGHT = 340
DEEPEST = 60
"""Percent, at which the bar of a depth is full."""


def show_drops(page: Page) -> None:
    """Draw both."""
    window = {
        "start": page.selection.start,
        "end": page.selection.end,
        "categories": page.selection.category_parameter,
    }
    days = page.connection.query(queries.DROPS_BY_DAY, **window)
    about = meaning("price_drops", "drop_date")
    with panel("Price drops as they happen", "drops", about=about) as card:
        if days.empty:
            states.missing(
                "No price fell below the lowest price of its 30 days before, in this selection."
            )
            return
        drops = page.connection.query(queries.PRICE_DROPS, **window)
        left, right = st.columns([3, 5])
        with left:
            _days(card, days)
        with right:
            _table(page, card, drops)
        total = int(days["drops"].sum())
        shown = f"The newest {len(drops):,} of {total:,} drops." if total > len(drops) else ""
        st.caption(f"{shown} Click a product to open it.".strip())
    clicks.open_product("drops", drops)


def _days(card: Panel, days: pd.DataFrame) -> None:
    kinds = days.assign(kind=days["is_promotion"].map(KINDS))
    chart = charts.stacked_days(
        kinds, date="drop_date", value="drops", part="kind", palette=PALETTE, title="Price drops"
    ).properties(height=HEIGHT)
    alt_text = "Price drops by day, promotions and new prices"
    dates = days["drop_date"]
    if (dates.max() - dates.min()).days < FEW_DAYS:
        card.chart(chart, kinds, name="days", alt_text=alt_text)
        return
    card.chart(
        clicks.zoomable(chart),
        kinds,
        name="days",
        alt_text=alt_text,
        pick=clicks.ZOOM,
        on_pick=clicks.zoom_dates,
    )


def _table(page: Page, card: Panel, drops: pd.DataFrame) -> None:
    card.offer(drops)
    currency = page.clock.currency
    text, number = st.column_config.TextColumn, st.column_config.NumberColumn
    shown = drops.assign(
        depth=drops["depth"] * 100,
        kind=drops["is_promotion"].map(KINDS),
        still=drops["is_active"].map({True: "✓", False: ""}),
        sold=drops["units_7d_before"].astype(str) + " → " + drops["units_7d_after"].astype(str),
    )
    columns = {
        "drop_date": st.column_config.DateColumn("Day", format="YYYY-MM-DD"),
        "product_name": text("Product", width="medium"),
        "depth": st.column_config.ProgressColumn(
            "Depth",
            format="%.0f %%",
            min_value=0,
            max_value=DEEPEST,
            width="small",
            help=meaning("price_drops", "depth"),
        ),
        "price": number(f"Price ({currency})", format=formats.AMOUNT_COLUMN, width="small"),
        "lowest_price_30d": number(
            "Lowest before",
            format=formats.AMOUNT_COLUMN,
            help=meaning("price_drops", "lowest_price_30d"),
        ),
        "kind": text("Kind", width="small", help=meaning("price_drops", "is_promotion")),
        "still": text("Still on", width="small", help=meaning("price_drops", "is_active")),
        "sold": text(
            "Units, 7 d",
            width="small",
            help="Units bought in the 7 days before, and in the 7 days from the drop on.",
        ),
    }
    st.dataframe(
        shown[list(columns)],
        hide_index=True,
        height=HEIGHT + 20,
        key="drops",
        on_select="rerun",
        selection_mode="single-cell",
        column_config=columns,
    )
