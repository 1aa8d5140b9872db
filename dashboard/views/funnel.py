"""Funnel: from view to purchase."""

import pandas as pd
import streamlit as st

from dashboard import charts, colours, filters, formats, measures, queries, states
from dashboard.cards import card_row
from dashboard.filters import DISCOUNT_STATES, EVERYTHING
from dashboard.page import Page, open_page

STEPS = {
    "sessions_viewed": "Viewed",
    "sessions_carted": "Carted",
    "sessions_purchased": "Purchased",
}
COUNTS = [*STEPS, "sessions_bought_directly"]


def show(page: Page) -> None:
    """Draw the page."""
    ever = page.connection.query(queries.EVENTS_EVER).iloc[0]
    if ever["viewed"]:
        _funnel(page, has_carts=bool(ever["carted"]))
    else:
        states.missing(
            "There are no view_item events in the data, so there is no funnel to show: it begins "
            "with a view. The pages Overview and Customers need purchases alone."
        )


def _funnel(page: Page, *, has_carts: bool) -> None:
    selection = page.selection
    rows = measures.funnel_days(page.connection, selection, selection.previous[0], selection.end)
    now, before = measures.split_periods(rows, selection, "funnel_date")
    if not measures.reaches_back(selection, page.clock.first_date):
        before = before.iloc[:0]
    total, previous = now[COUNTS].sum(), before[COUNTS].sum()
    if not total["sessions_viewed"]:
        states.no_rows_for_filters()
        return
    _cards(total, previous)
    with st.container(border=True):
        st.subheader("Viewed → carted → purchased")
        if not has_carts:
            states.missing("There are no add_to_cart events: purchases count as bought directly.")
        st.altair_chart(charts.funnel(_steps(total, previous)))
        notes = []
        if direct := total["sessions_bought_directly"]:
            notes.append(f"{formats.compact(direct)} sessions more bought without a cart.")
        if len(before):
            notes.append("The grey tick is the period before.")
        if len(selection.categories) > 1:
            notes.append("A session counts once in each category.")
        st.caption(" ".join(notes))
    _over_time(now)
    _comparisons(page)


def _cards(total: pd.Series, previous: pd.Series) -> None:
    rates, rates_before = _rates(total), _rates(previous)
    for card, (name, value) in zip(card_row(4), rates.items(), strict=True):
        card.metric(
            name,
            formats.percent(value, 2),
            formats.signed_points(value, rates_before[name]),
            delta_color="inverse" if name == "Cart abandonment" else "normal",
            border=True,
        )


def _rates(counts: pd.Series) -> dict[str, float | None]:
    viewed, carted = counts["sessions_viewed"], counts["sessions_carted"]
    bought = measures.ratio(counts["sessions_purchased"], carted)
    return {
        "View → cart": measures.ratio(carted, viewed),
        "Cart → purchase": bought,
        "View → purchase": measures.ratio(counts["sessions_purchased"], viewed),
        "Cart abandonment": None if bought is None else 1 - bought,
    }


def _steps(total: pd.Series, previous: pd.Series) -> pd.DataFrame:
    viewed = total["sessions_viewed"]
    return pd.DataFrame(
        [
            {
                "step": name,
                "sessions": int(total[column]),
                "previous": int(previous[column]) if previous["sessions_viewed"] else None,
                "label": f"{formats.compact(total[column])}"
                + ("" if name == "Viewed" else f" · {formats.percent(total[column] / viewed, 2)}"),
            }
            for column, name in STEPS.items()
        ]
    )


def _over_time(now: pd.DataFrame) -> None:
    days = now.groupby("funnel_date", as_index=False)[COUNTS].sum()
    viewed = days["sessions_viewed"].where(days["sessions_viewed"] > 0)
    carted = days["sessions_carted"].where(days["sessions_carted"] > 0)
    rates = pd.DataFrame(
        {
            "day": days["funnel_date"],
            "View → cart": days["sessions_carted"] / viewed,
            "Cart → purchase": days["sessions_purchased"] / carted,
        }
    ).melt("day", var_name="rate", value_name="share")
    rates = rates[rates["share"].notna()]
    if rates.empty:
        return
    with st.container(border=True):
        st.subheader("Rates over time")
        st.altair_chart(
            charts.lines(
                rates,
                time="day",
                value="share",
                part="rate",
                palette={"View → cart": colours.ACTUAL, "Cart → purchase": colours.GOOD},
                title="Share of sessions",
                percent=True,
            )
        )


def _comparisons(page: Page) -> None:
    """View → purchase by category and by discount state, in the chosen dates."""
    selection = page.selection
    rows = page.connection.query(queries.FUNNEL_DAYS, start=selection.start, end=selection.end)
    left, right = st.columns(2)
    with left, st.container(border=True, height="stretch"):
        st.subheader("By category")
        chosen = rows[(rows["discount_state"] == selection.discount)]
        chosen = chosen[chosen["category"] != EVERYTHING]
        if selection.categories:
            chosen = chosen[chosen["category"].isin(selection.categories)]
        _rate_table(chosen, "category", "Category")
    with right, st.container(border=True, height="stretch"):
        st.subheader("On sale or not")
        states_of = [state for state in DISCOUNT_STATES if state != EVERYTHING]
        wanted = list(selection.categories) or [EVERYTHING]
        chosen = rows[rows["discount_state"].isin(states_of) & rows["category"].isin(wanted)]
        _rate_table(chosen, "discount_state", "Price")
        st.caption(
            "A session counts once however many products it viewed, so the state with more "
            "products on view has the higher rates. What a discount does to one product is on "
            "the page Discounts."
        )


def _rate_table(rows: pd.DataFrame, by: str, title: str) -> None:
    sums = rows.groupby(by, as_index=False)[COUNTS].sum()
    sums = sums[sums["sessions_viewed"] > 0]
    if sums.empty:
        states.no_rows_for_filters()
        return
    carted = sums["sessions_carted"].where(sums["sessions_carted"] > 0)
    shown = sums.assign(
        view_to_cart=sums["sessions_carted"] / sums["sessions_viewed"],
        cart_to_purchase=sums["sessions_purchased"] / carted,
        view_to_purchase=sums["sessions_purchased"] / sums["sessions_viewed"],
    ).sort_values("view_to_purchase", ascending=False)
    percent = st.column_config.NumberColumn
    st.dataframe(
        shown,
        hide_index=True,
        height="content",
        column_order=[
            by,
            "sessions_viewed",
            "view_to_cart",
            "cart_to_purchase",
            "view_to_purchase",
        ],
        column_config={
            by: st.column_config.TextColumn(title),
            "sessions_viewed": percent("Viewed", format="localized"),
            "view_to_cart": percent("→ cart", format="percent"),
            "cart_to_purchase": percent("→ purchase", format="percent"),
            "view_to_purchase": st.column_config.ProgressColumn(
                "View → purchase",
                width="small",
                format="percent",
                min_value=0,
                max_value=float(shown["view_to_purchase"].max()) or 1,
            ),
        },
    )


show(
    open_page(
        "Funnel",
        "Where do visits end before a purchase?",
        filters.DATES,
        filters.CATEGORIES,
        filters.DISCOUNT,
    )
)
