"""What brings most on Overview: categories, which filter when clicked, and products, which open."""

import streamlit as st

from dashboard import charts, clicks, colours, formats, measures, queries, states
from dashboard.page import Page
from dashboard.panel import panel


def show_share(page: Page) -> None:
    """The share of each category: all of them, those that are filtered away faded."""
    selection, column = page.selection, page.selection.measure.column
    with panel(f"{selection.metric} by category", "share", height="stretch") as card:
        everywhere = selection.without_categories()
        rows = measures.by_day_and_category(
            page.connection, everywhere, selection.start, selection.end
        )
        folded = rows.assign(category=colours.folded(rows["category"], page.palette))
        sums = folded.groupby("category", as_index=False)[column].sum()
        sums = sums[sums[column] > 0]
        if sums.empty:
            states.missing(states.nothing_of(selection.metric))
            return
        sums = sums.assign(share=sums[column] / sums[column].sum())
        card.chart(
            clicks.pickable(
                charts.ranked_bars(
                    sums,
                    label="category",
                    value="share",
                    title=f"Share of {selection.metric.lower()}",
                    palette=page.palette,
                    shape=".1~%",
                    chosen=selection.categories,
                ),
                "category",
            ),
            sums,
            alt_text=f"Share of {selection.metric.lower()} by category, the largest first",
            pick=clicks.PICK,
            on_pick=clicks.filter_categories,
        )
        st.caption(clicks.HINT)


def show_top_products(page: Page) -> None:
    """The ten that bring most, with their change; a click opens one."""
    selection = page.selection
    with panel(f"Top products by {selection.metric.lower()}", "top_products") as card:
        rows = page.connection.query(queries.TOP_PRODUCTS, **measures.of_products(selection))
        if rows.empty:
            states.missing(states.nothing_of(selection.metric))
            return
        fair = measures.reaches_back(selection, page.clock.first_date)
        changes = [
            formats.change(formats.relative_change(now, before)) if fair else formats.NOTHING
            for now, before in zip(rows["measure"], rows["previous_measure"], strict=True)
        ]
        card.offer(rows)
        st.dataframe(
            rows.assign(measure=rows["measure"].astype(float), change=changes),
            hide_index=True,
            height="content",
            key="top_products",
            on_select="rerun",
            selection_mode="single-cell",
            column_order=["product_name", "category", "measure", "change"],
            column_config={
                "product_name": st.column_config.TextColumn("Product", width="large"),
                "category": "Category",
                "measure": st.column_config.ProgressColumn(
                    page.axis,
                    format=formats.AMOUNT_COLUMN if selection.measure.is_money else "localized",
                    min_value=0,
                    max_value=float(rows["measure"].max()),
                ),
                "change": st.column_config.TextColumn("Change", width="small"),
            },
        )
        st.caption("Click a product to open it.")
    clicks.open_product("top_products", rows)
