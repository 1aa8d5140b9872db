"""What stayed in carts on Funnel: the products that were left, which open when clicked."""

import pandas as pd
import streamlit as st

from dashboard import clicks, formats, measures, queries, states
from dashboard.page import Page
from dashboard.panel import panel
from dashboard.views.funnel_cards import VALUE_LEFT
from dashboard.views.funnel_steps import CARTED, PURCHASED


def show_carts_left(page: Page, total: pd.Series) -> None:
    """The ten products that would have brought most."""
    selection = page.selection
    with panel("Left in carts", "left_in_carts", about=VALUE_LEFT) as card:
        rows = page.connection.query(
            queries.LEFT_PRODUCTS,
            start=selection.start,
            end=selection.end,
            categories=selection.category_parameter,
            discount=selection.discount,
        )
        if rows.empty:
            states.missing("Nothing was left in a cart in this selection.")
            return
        share = formats.percent(measures.ratio(total["carts_left"], total[CARTED]))
        worth = formats.as_text(page.money(total["value_left"]))
        st.markdown(
            f"**{share} of carts are left.** What they held is worth {worth}, at one of each "
            f"product; the carts that were bought are {formats.compact(total[PURCHASED])}."
        )
        shown = rows.assign(
            share_left=rows["carts_left"] / rows["carts"] * 100,
            value_left=rows["value_left"].astype(float),
        )
        card.offer(rows)
        st.dataframe(
            shown,
            hide_index=True,
            height="content",
            key="left_products",
            on_select="rerun",
            selection_mode="single-cell",
            column_order=["product_name", "value_left", "share_left", "carts", "category"],
            column_config={
                "product_name": st.column_config.TextColumn("Product", width=260),
                "category": "Category",
                "carts": st.column_config.NumberColumn("Carts", format="localized"),
                "share_left": st.column_config.NumberColumn("Left", format="%.1f %%"),
                "value_left": st.column_config.ProgressColumn(
                    f"Worth left ({page.clock.currency})",
                    format=formats.AMOUNT_COLUMN,
                    min_value=0,
                    max_value=float(shown["value_left"].max()),
                ),
            },
        )
        st.caption("Click a product to open it.")
    clicks.open_product("left_products", rows)
