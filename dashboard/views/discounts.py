"""Discounts: prices that fell, periods on sale, and what they brought."""

import pandas as pd
import streamlit as st

from dashboard import charts, filters, formats, measures, queries, states
from dashboard.cards import card_row
from dashboard.page import Page, open_page

SHOWN = 20  # in a chart; the table below has all of them


def show(page: Page) -> None:
    """Draw the page."""
    window = {
        "start": page.selection.start,
        "end": page.selection.end,
        "categories": page.selection.category_parameter,
    }
    periods = page.connection.query(queries.DISCOUNT_PERIODS, **window)
    drops = page.connection.query(queries.PRICE_DROPS, **window)
    _cards(page, periods, drops, page.connection.query(queries.ON_SALE_REVENUE, **window))
    with st.container(border=True):
        _drops(page, drops)
    with st.container(border=True):
        _timeline(periods)
    left, right = st.columns(2)
    with left, st.container(border=True, height="stretch"):
        _effect(periods)
    with right, st.container(border=True, height="stretch"):
        _elasticity(page)
    with st.container(border=True):
        _table(page, periods)


def _cards(page: Page, periods: pd.DataFrame, drops: pd.DataFrame, revenue: pd.DataFrame) -> None:
    known = periods[periods["uplift"].notna()]
    gross, on_sale = revenue["gross_revenue"][0], revenue["on_sale_revenue"][0]
    expected = (known["expected_units_per_day"] * known["days"]).sum()
    uplift = measures.ratio(known["incremental_units"].sum(), expected)
    cards = card_row(5)
    cards[0].metric(
        "Sale periods",
        formats.compact(len(periods)),
        border=True,
        help=f"{int(periods['is_open'].sum())} of them still run.",
    )
    cards[1].metric(
        "Sale revenue",
        formats.percent(measures.ratio(on_sale or 0, gross or 0)),
        border=True,
        help="Gross revenue at a sale price ÷ gross revenue, of the chosen dates.",
    )
    cards[2].metric(
        "Uplift",
        formats.percent(uplift),
        border=True,
        help="Units sold in the periods above those expected without, ÷ expected.",
    )
    cards[3].metric(
        "Incremental",
        page.money(known["incremental_revenue"].sum() if len(known) else None),
        border=True,
        help="Revenue of the periods − revenue expected at the regular price.",
    )
    cards[4].metric(
        "Price drops",
        formats.compact(len(drops)),
        border=True,
        help="First days on which a price was below the lowest of the 30 days before.",
    )


def _drops(page: Page, drops: pd.DataFrame) -> None:
    st.subheader("Price drops")
    if drops.empty:
        states.missing(
            "No price fell below the lowest price of its 30 days before, in this selection."
        )
        return
    left, right = st.columns([2, 3])
    left.altair_chart(charts.drops(drops))
    right.dataframe(
        drops,
        hide_index=True,
        height=290,
        column_order=[
            "drop_date",
            "product_name",
            "price",
            "lowest_price_30d",
            "depth",
            "is_promotion",
            "is_active",
            "units_7d_before",
            "units_7d_after",
        ],
        column_config={
            "drop_date": st.column_config.DateColumn("Day", format="YYYY-MM-DD"),
            "product_name": "Product",
            "price": st.column_config.NumberColumn(
                f"Price ({page.clock.currency})", format=formats.AMOUNT_COLUMN
            ),
            "lowest_price_30d": st.column_config.NumberColumn(
                "Lowest before", format=formats.AMOUNT_COLUMN
            ),
            "depth": st.column_config.NumberColumn("Depth", format="percent"),
            "is_promotion": st.column_config.CheckboxColumn("Promotion"),
            "is_active": st.column_config.CheckboxColumn("Still on"),
            "units_7d_before": st.column_config.NumberColumn("Units, 7 d before"),
            "units_7d_after": st.column_config.NumberColumn("Units, 7 d after"),
        },
    )


def _timeline(periods: pd.DataFrame) -> None:
    st.subheader("Discount periods")
    if periods.empty:
        states.missing("No product was on sale in this selection: no event has on_sale true.")
        return
    units = periods.groupby("product_name")["units"].sum().nlargest(SHOWN).index
    rows = periods[periods["product_name"].isin(units)].sort_values("period_start")
    after = rows["period_end"] + pd.Timedelta(days=1)
    st.altair_chart(charts.periods(rows.assign(period_after=after), label="product_name"))
    if periods["product_name"].nunique() > SHOWN:
        st.caption(f"The {SHOWN} products that sold most on sale.")


def _effect(periods: pd.DataFrame) -> None:
    st.subheader("Effect of the largest periods")
    known = periods[periods["uplift"].notna() & periods["uplift_lower"].notna()]
    if known.empty:
        states.missing(
            "No period can be compared yet: that takes clean days, without a promotion and in "
            "stock, among the 28 before."
        )
        return
    rows = known.nlargest(SHOWN, "units").sort_values("uplift", ascending=False)
    labels = rows["product_name"] + ", " + rows["period_start"].dt.strftime("%d %b")
    st.altair_chart(
        charts.intervals(
            rows.assign(label=labels),
            label="label",
            value="uplift",
            lower="uplift_lower",
            upper="uplift_upper",
            title="Units above expectation",
            shape="+.0%",
        )
    )
    dips = known["dip_after"].dropna()
    text = f"The {len(rows)} periods with most units, with the interval of their elasticity."
    if len(dips):
        text += f" In the days after a period, sales were {formats.change(dips.median())} (median)."
    st.caption(text)


def _elasticity(page: Page) -> None:
    st.subheader("Elasticity by category")
    rows = page.connection.query(
        queries.CATEGORY_ELASTICITY, categories=page.selection.category_parameter
    )
    rows = rows[rows["elasticity"].notna()]
    if rows.empty:
        states.missing("No elasticity yet: no category has a discount period to learn from.")
        return
    st.altair_chart(
        charts.intervals(
            rows,
            label="category",
            value="elasticity",
            lower="elasticity_lower",
            upper="elasticity_upper",
            title="Change of units in % for a price 1 % higher",
            shape="+.1f",
        )
    )
    st.caption(
        "All periods of a category pooled, whatever the dates chosen. −2 means: 10 % off sells "
        "about 23 % more."
    )


def _table(page: Page, periods: pd.DataFrame) -> None:
    st.subheader("All periods")
    if periods.empty:
        states.missing("No discount period in this selection.")
        return
    st.dataframe(
        periods.sort_values("incremental_revenue", ascending=False, na_position="last"),
        hide_index=True,
        height=360,
        column_order=[
            "product_name",
            "category",
            "period_start",
            "period_end",
            "discount_depth",
            "units",
            "units_per_day",
            "expected_units_per_day",
            "uplift",
            "uplift_lower",
            "uplift_upper",
            "incremental_revenue",
            "dip_after",
            "elasticity",
        ],
        column_config={
            "product_name": "Product",
            "category": "Category",
            "period_start": st.column_config.DateColumn("From", format="YYYY-MM-DD"),
            "period_end": st.column_config.DateColumn("To", format="YYYY-MM-DD"),
            "discount_depth": st.column_config.NumberColumn("Depth", format="percent"),
            "units": st.column_config.NumberColumn("Units", format="localized"),
            "units_per_day": st.column_config.NumberColumn("Units a day", format="%.1f"),
            "expected_units_per_day": st.column_config.NumberColumn("Expected", format="%.1f"),
            "uplift": st.column_config.NumberColumn("Uplift", format="percent"),
            "uplift_lower": st.column_config.NumberColumn("from", format="percent"),
            "uplift_upper": st.column_config.NumberColumn("to", format="percent"),
            "incremental_revenue": st.column_config.NumberColumn(
                f"Incremental ({page.clock.currency})", format=formats.AMOUNT_COLUMN
            ),
            "dip_after": st.column_config.NumberColumn("Dip after", format="percent"),
            "elasticity": st.column_config.NumberColumn("Elasticity", format="%.2f"),
        },
    )


show(
    open_page(
        "Discounts",
        "What do price cuts bring, and what would another one do?",
        filters.DATES,
        filters.CATEGORIES,
    )
)
