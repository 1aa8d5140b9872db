"""Effect and elasticity by category; a click on one filters."""

import pandas as pd
import streamlit as st

from dashboard import charts, clicks, lift, queries, states
from dashboard.page import Page
from dashboard.panel import Panel, panel
from esynapse.pipeline.mart_docs import meaning

MARKS = (
    "Units ÷ expected units. ● brought more revenue than the regular price would have, ◆ less; "
    "tick: the units that the depth needs for as much."
)


def show_categories(page: Page) -> None:
    """Draw both, side by side: all categories, those that are filtered away faded."""
    left, right = st.columns(2)
    with (
        left,
        panel(
            "Effect by category",
            "effect_categories",
            about=meaning("discount_effectiveness", "uplift"),
            height="stretch",
        ) as card,
    ):
        _effect(page, card)
    with (
        right,
        panel(
            "Elasticity by category",
            "elasticity",
            about=meaning("category_elasticity", "elasticity"),
            height="stretch",
        ) as card,
    ):
        _elasticity(page, card)


def _effect(page: Page, card: Panel) -> None:
    selection = page.selection
    rows = lift.with_ratio(
        page.connection.query(
            queries.DISCOUNT_TOTALS, start=selection.start, end=selection.end, categories=""
        )
    )
    rows = rows[rows["lower"].notna()]
    if rows.empty:
        states.missing("No category has two products on sale that can be compared.")
        return
    rows = _judged(rows).sort_values("ratio", ascending=False)
    columns = ["ratio", "lower", "upper", "needed", "discount_depth", "incremental_revenue", "paid"]
    card.chart(
        clicks.pickable(
            charts.category_lifts(rows[["category", *columns]], chosen=selection.categories),
            "category",
        ),
        rows[["category", "periods", *columns]],
        alt_text="Units ÷ expected units by category, the largest effect first",
        pick=clicks.PICK,
        on_pick=clicks.filter_categories,
    )
    st.caption(f"{MARKS} {clicks.HINT}")


def _judged(rows: pd.DataFrame) -> pd.DataFrame:
    """With the mean depth, and what a depth asks of the units for the same revenue."""
    depth = rows["depth_expected"].astype(float) / rows["expected"].astype(float)
    revenue = rows["incremental_revenue"].astype(float)
    brought, cost = charts.PAID
    return rows.assign(
        discount_depth=depth,
        needed=1 / (1 - depth),
        incremental_revenue=revenue,
        paid=[brought if each > 0 else cost for each in revenue],
    )


def _elasticity(page: Page, card: Panel) -> None:
    rows = page.connection.query(queries.CATEGORY_ELASTICITY)
    rows = rows[rows["elasticity_lower"].notna()]
    if rows.empty:
        states.missing("No elasticity yet: no category has discount periods of several products.")
        return
    card.chart(
        clicks.pickable(charts.elasticities(rows, chosen=page.selection.categories), "category"),
        rows,
        alt_text="Elasticity by category with its interval, the most elastic first",
        pick=clicks.PICK,
        on_pick=clicks.filter_categories,
    )
    st.caption(
        "Units in %, for a price 1 % higher, of all dates: at −2, 10 % off sells 23 % more. Left "
        "of −1 a lower price brings more revenue."
    )
