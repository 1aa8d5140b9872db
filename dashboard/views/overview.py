"""Overview: how the shop is doing, against the period before and against the forecast."""

from datetime import timedelta

import streamlit as st

from dashboard import charts, colours, filters, formats, measures, queries, states
from dashboard.page import Page, open_page
from dashboard.views.overview_cards import show_cards
from dashboard.views.overview_today import show_today

HOURLY_DAYS = 14  # more in one hourly chart is a smear


def show(page: Page) -> None:
    """Draw the page."""
    selection = page.selection
    days = measures.by_day(page.connection, selection, selection.previous[0], selection.end)
    now, before = measures.split_periods(days, selection, "revenue_date")
    if now.empty:
        states.no_rows_for_filters()
        return
    if not measures.reaches_back(selection, page.clock.first_date):
        before = before.iloc[:0]
    show_cards(page, now, before)
    _over_time(page)
    left, right = st.columns([3, 5])
    with left, st.container(border=True, height="stretch"):
        _share(page)
    with right, st.container(border=True, height="stretch"):
        _top_products(page)
    show_today(page)


def _over_time(page: Page) -> None:
    selection = page.selection
    with st.container(border=True):
        head = st.container(horizontal=True, vertical_alignment="center")
        head.subheader(f"{selection.metric} over time")
        grain = head.segmented_control(
            "Grain",
            ("Daily", "Hourly"),
            default="Daily",
            required=True,
            key="grain",
            bind="query-params",
            label_visibility="collapsed",
        )
        if grain == "Hourly":
            _hourly(page)
            return
        rows = measures.by_day_and_category(
            page.connection, selection, selection.start, selection.end
        )
        if not rows[selection.measure.column].any():
            states.missing(_nothing_of(selection.metric))
            return
        st.altair_chart(
            charts.stacked_days(
                rows.assign(category=colours.folded(rows["category"], page.palette)),
                date="revenue_date",
                value=selection.measure.column,
                part="category",
                palette=page.palette,
                title=_axis(page),
            )
        )
        if selection.metric == "Orders" and not selection.categories:
            st.caption("An order counts once in each category that it bought from.")
        elif selection.metric == "Orders" and (note := measures.order_note(selection)):
            st.caption(note)


def _hourly(page: Page) -> None:
    selection = page.selection
    if measures.is_narrowed(selection):
        states.missing(
            "By the hour there is only the whole shop: clear categories and discount period."
        )
        return
    if selection.metric == "Views":
        states.missing("Views are counted by day: choose another metric, or Daily.")
        return
    start = max(selection.start, selection.end - timedelta(days=HOURLY_DAYS - 1))
    rows = page.connection.query(queries.HOURLY_TOTALS, start=start, end=selection.end)
    rows = rows.assign(revenue_hour=page.local(rows["revenue_hour"]))
    st.altair_chart(charts.hours(rows, value=selection.measure.column, title=_axis(page)))
    if start > selection.start:
        st.caption(f"The last {HOURLY_DAYS} days of the period.")


def _share(page: Page) -> None:
    selection = page.selection
    st.subheader(f"{selection.metric} by category")
    rows = measures.by_day_and_category(page.connection, selection, selection.start, selection.end)
    column = selection.measure.column
    folded = rows.assign(category=colours.folded(rows["category"], page.palette))
    sums = folded.groupby("category", as_index=False)[column].sum()
    sums = sums[sums[column] > 0]
    if sums.empty:
        states.missing(_nothing_of(selection.metric))
        return
    sums = sums.assign(share=sums[column] / sums[column].sum())
    st.altair_chart(
        charts.ranked_bars(
            sums,
            label="category",
            value="share",
            title=f"Share of {selection.metric.lower()}",
            palette=page.palette,
            shape=".1~%",
        )
    )


def _top_products(page: Page) -> None:
    selection = page.selection
    st.subheader(f"Top products by {selection.metric.lower()}")
    rows = page.connection.query(
        queries.TOP_PRODUCTS,
        start=selection.start,
        end=selection.end,
        previous_start=selection.previous[0],
        categories=selection.category_parameter,
        discount=selection.discount,
        metric=selection.measure.column,
    )
    if rows.empty:
        states.missing(_nothing_of(selection.metric))
        return
    fair = measures.reaches_back(selection, page.clock.first_date)
    changes = [
        formats.change(formats.relative_change(now, before)) if fair else formats.NOTHING
        for now, before in zip(rows["measure"], rows["previous_measure"], strict=True)
    ]
    st.dataframe(
        rows.assign(measure=rows["measure"].astype(float), change=changes),
        hide_index=True,
        height="content",
        column_order=["product_name", "category", "measure", "change"],
        column_config={
            "product_name": st.column_config.TextColumn("Product", width="medium"),
            "category": "Category",
            "measure": st.column_config.ProgressColumn(
                _axis(page),
                format=formats.AMOUNT_COLUMN if selection.measure.is_money else "localized",
                min_value=0,
                max_value=float(rows["measure"].max()),
            ),
            "change": st.column_config.TextColumn("Change", width="small"),
        },
    )


def _axis(page: Page) -> str:
    selection = page.selection
    if selection.measure.is_money:
        return f"{selection.metric} ({page.clock.currency})"
    return selection.metric


def _nothing_of(metric: str) -> str:
    if metric == "Views":
        return "No view_item events in this selection: views cannot be counted."
    return f"No {metric.lower()} in this selection."


show(open_page("Overview", filters.DATES, filters.CATEGORIES, filters.DISCOUNT, filters.METRIC))
