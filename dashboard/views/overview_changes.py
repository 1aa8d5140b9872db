"""What changed most on Overview, in words: categories and products, against the period before."""

import pandas as pd
import streamlit as st

from dashboard import charts, formats, measures, queries, states
from dashboard.page import Page
from dashboard.panel import panel

NAMED = 3
"""Products named that rose, and as many that fell."""


def show_changes(page: Page) -> None:
    """Say it, and show the categories."""
    selection = page.selection
    with panel("What changed most", "changes", height="stretch") as card:
        if not measures.reaches_back(selection, page.clock.first_date):
            states.missing(
                f"The data do not reach back to the {selection.days:,} days before these: choose "
                "a shorter period to compare."
            )
            return
        categories = _categories(page)
        if categories.empty:
            states.missing(states.nothing_of(selection.metric))
            return
        products = page.connection.query(queries.MOVERS, **measures.of_products(selection))
        st.markdown(_words(page, categories, products))
        card.offer(products, "products")
        card.chart(
            charts.changes(
                categories, label="category", value="change", title=f"Change of {page.axis}"
            ),
            categories,
            name="categories",
            alt_text=f"Change of {selection.metric.lower()} by category, against the period before",
        )


def _categories(page: Page) -> pd.DataFrame:
    """category, now, before, change; the largest rise first."""
    selection = page.selection
    column = selection.measure.column
    rows = measures.by_day_and_category(
        page.connection, selection, selection.previous[0], selection.end
    )
    now = rows[rows["revenue_date"] >= pd.Timestamp(selection.start)]
    sums = pd.DataFrame(
        {
            "now": now.groupby("category")[column].sum(),
            "before": rows.drop(now.index).groupby("category")[column].sum(),
        }
    ).fillna(0.0)
    changed = sums.assign(change=sums["now"] - sums["before"]).reset_index()
    return changed[changed["change"] != 0].sort_values("change", ascending=False)


def _words(page: Page, categories: pd.DataFrame, products: pd.DataFrame) -> str:
    first, last = categories.iloc[0], categories.iloc[-1]
    sentences = []
    if first["change"] > 0:
        sentences.append(f"**{first['category']}** rose most, {_change(page, first)}.")
    if last["change"] < 0:
        sentences.append(f"**{last['category']}** fell most, {_change(page, last)}.")
    lines = [" ".join(sentences)]
    for verb, moved in (
        ("Up", products[products["change"] > 0].head(NAMED)),
        ("Down", products[products["change"] < 0].tail(NAMED).iloc[::-1]),
    ):
        if len(moved):
            named = [
                f"{formats.as_text(row['product_name'])} ({_change(page, row)})"
                for _, row in moved.iterrows()
            ]
            lines.append(f"- **{verb}:** {'; '.join(named)}")
    return "\n".join([lines[0], "", *lines[1:]])


def _change(page: Page, row: pd.Series) -> str:
    """``▲ $3.1 k, 12.0 %``; without a percentage where there was nothing before."""
    amount = page.amount(abs(row["change"]), is_money=page.selection.measure.is_money)
    arrow = "▲" if row["change"] > 0 else "▼"
    relative = formats.relative_change(row["now"], row["before"])
    share = "" if relative is None else f", {formats.percent(abs(relative), 0)}"
    return f"{arrow} {formats.as_text(amount)}{share}"
