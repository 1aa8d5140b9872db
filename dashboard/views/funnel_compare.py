"""Funnel side by side: categories, now and before, and looks on sale and at the regular price."""

import pandas as pd
import streamlit as st

from dashboard import charts, clicks, colours, formats, measures, queries, states
from dashboard.filters import EVERYTHING, ON_SALE, REGULAR
from dashboard.page import Page
from dashboard.panel import panel
from dashboard.views.funnel_cards import RATES, Rate

NOW, BEFORE = "Now", "Period before"
LOOK_RATES = {
    "Carted": ("carted", "viewed"),
    "Bought": ("purchased", "viewed"),
}


def show_categories(page: Page) -> None:
    """A rate of each category, beside that of the period before; a click filters."""
    selection = page.selection
    with panel("By category", "by_category", height="stretch") as card:
        rate = card.tools.selectbox(
            "Rate",
            list(RATES),
            index=list(RATES).index("View → purchase"),
            key="category_rate",
            label_visibility="collapsed",
            width=150,
        )
        rows = _category_rates(page, RATES[rate])
        if rows.empty:
            states.no_rows_for_filters()
            return
        fair = rows["before"].notna().any()
        ends = {"before": (BEFORE, colours.MUTED)} if fair else {}
        card.chart(
            clicks.pickable(
                charts.dumbbells(
                    rows,
                    label="category",
                    ends=ends | {"now": (NOW, colours.ACTUAL)},
                    title=rate,
                    chosen=selection.categories,
                ),
                "category",
            ),
            rows[["category", "now", "before"]],
            alt_text=f"{rate} of each category, now and in the period before",
            pick=clicks.PICK,
            on_pick=clicks.filter_categories,
        )
        st.caption(clicks.HINT)


def _category_rates(page: Page, rate: Rate) -> pd.DataFrame:
    """category, now, before, difference; the highest first."""
    selection = page.selection
    rows = page.connection.query(
        queries.FUNNEL_DAYS, start=selection.previous[0], end=selection.end
    )
    rows = rows[(rows["discount_state"] == selection.discount) & (rows["category"] != EVERYTHING)]
    now, before = measures.split_periods(rows, selection, "funnel_date")
    if not measures.reaches_back(selection, page.clock.first_date):
        before = before.iloc[:0]
    rates = pd.DataFrame({"now": _rates(now, rate), "before": _rates(before, rate)}).dropna(
        subset=["now"]
    )
    shown = rates.rename_axis("category").reset_index()
    return _with_difference(shown, "before", "now").sort_values("now", ascending=False)


def _rates(rows: pd.DataFrame, rate: Rate) -> pd.Series:
    sums = rows.groupby("category")[[rate.top, rate.bottom]].sum()
    return sums[rate.top].div(sums[rate.bottom].where(sums[rate.bottom] > 0)).astype(float)


def show_discounts(page: Page) -> None:
    """What became of a look at one product, on sale and at its regular price."""
    selection = page.selection
    with panel("On sale", "on_sale", height="stretch") as card:
        rate = card.tools.segmented_control(
            "Share",
            list(LOOK_RATES),
            default="Bought",
            required=True,
            key="look_rate",
            label_visibility="collapsed",
        )
        looks = page.connection.query(queries.LOOKS, start=selection.start, end=selection.end)
        rows = _look_rates(looks, *LOOK_RATES[str(rate)])
        if rows.empty:
            states.missing("No product was on sale in these dates.")
            return
        card.chart(
            charts.dumbbells(
                rows,
                label="category",
                ends={REGULAR: (REGULAR, colours.ACTUAL), ON_SALE: (ON_SALE, colours.PROMOTION)},
                title=f"{rate} ÷ looks",
                chosen=selection.categories,
            ),
            rows[["category", REGULAR, ON_SALE]],
            alt_text=f"Share of looks that were {str(rate).lower()}, on sale and not, by category",
        )
        st.caption("Of visits that looked at a product, those that carted or bought that product.")


def _look_rates(looks: pd.DataFrame, top: str, bottom: str) -> pd.DataFrame:
    """category, REGULAR, ON_SALE, difference; where a discount does most first."""
    state = looks["is_on_sale"].map({True: ON_SALE, False: REGULAR})
    rates = looks[top] / looks[bottom].where(looks[bottom] > 0)
    wide = looks.assign(state=state, rate=rates).pivot_table(
        index="category", columns="state", values="rate", observed=True
    )
    wide = wide.reindex(columns=[REGULAR, ON_SALE]).dropna().astype(float).reset_index()
    ordered = wide.assign(by=wide[ON_SALE] - wide[REGULAR]).sort_values("by", ascending=False)
    return _with_difference(ordered, REGULAR, ON_SALE)


def _with_difference(rows: pd.DataFrame, before: str, now: str) -> pd.DataFrame:
    written = [formats.points(*each) or "" for each in zip(rows[now], rows[before], strict=True)]
    return rows.assign(difference=written)
