"""Overview: how the shop is doing, against the period before and against the forecast."""

from datetime import timedelta

import altair as alt
import pandas as pd
import streamlit as st

from dashboard import charts, colours, filters, formats, measures, queries, states
from dashboard.page import Page, open_page

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
    _cards(page, now, before)
    _over_time(page)
    left, right = st.columns([3, 5])
    with left, st.container(border=True, height="stretch"):
        _share(page)
    with right, st.container(border=True, height="stretch"):
        _top_products(page)
    _today(page)


def _cards(page: Page, now: pd.DataFrame, before: pd.DataFrame) -> None:
    selection = page.selection
    narrowed = measures.is_narrowed(selection)
    compared = f"against {selection.previous[0]:%d %b} – {selection.previous[1]:%d %b %Y}"
    cards = st.columns(6)
    for card, label, column in (
        (cards[0], "Gross revenue", "gross_revenue"),
        (cards[1], "Net revenue", "net_revenue"),
    ):
        card.metric(
            label,
            page.money(now[column].sum()),
            _delta(now[column].sum(), before, column),
            chart_data=now[column],
            chart_type="area",
            border=True,
            height="stretch",
            help=f"Change {compared}.",
        )
    cards[2].metric(
        "Orders",
        formats.compact(now["orders"].sum()),
        _delta(now["orders"].sum(), before, "orders"),
        chart_data=now["orders"],
        chart_type="area",
        border=True,
        height="stretch",
        help=f"Sessions with a purchase. {measures.order_note(selection) or ''} Change {compared}.",
    )
    _ratio_card(cards[3], "Average order", now, before, "gross_revenue", "orders", page=page)
    _ratio_card(
        cards[4],
        "Conversion",
        now,
        before,
        "converting",
        "sessions",
        explained="Sessions that viewed, carted and bought ÷ sessions that viewed."
        if narrowed
        else "Sessions with a purchase ÷ sessions.",
    )
    _ratio_card(
        cards[5],
        "Refund rate",
        now,
        before,
        "refunds",
        "gross_revenue",
        good_up=False,
        explained="Refunds paid in the period ÷ gross revenue of the period.",
    )


def _delta(total: float, before: pd.DataFrame, column: str) -> str | None:
    if before.empty:
        return None
    return formats.signed_percent(formats.relative_change(total, before[column].sum()))


def _ratio_card(
    card: st.delta_generator.DeltaGenerator,
    label: str,
    now: pd.DataFrame,
    before: pd.DataFrame,
    top: str,
    bottom: str,
    *,
    page: Page | None = None,
    good_up: bool = True,
    explained: str | None = None,
) -> None:
    """A card for Σ top ÷ Σ bottom: money per order if ``page`` is given, else a rate."""
    value = measures.ratio(now[top].sum(), now[bottom].sum())
    previous = measures.ratio(before[top].sum(), before[bottom].sum()) if len(before) else None
    daily = now[top].div(now[bottom].where(now[bottom] > 0))
    delta = (
        formats.signed_percent(formats.relative_change(value, previous))
        if page
        else formats.signed_points(value, previous)
    )
    card.metric(
        label,
        page.money(value) if page else formats.percent(value, 2),
        delta,
        delta_color="normal" if good_up else "inverse",
        chart_data=daily.dropna() if daily.notna().any() else None,
        chart_type="area",
        border=True,
        height="stretch",
        help=explained or "Gross revenue ÷ orders.",
    )


def _over_time(page: Page) -> None:
    selection = page.selection
    with st.container(border=True):
        head, choice = st.columns([4, 1], vertical_alignment="center")
        head.subheader(f"{selection.metric} over time")
        grain = choice.segmented_control(
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
                format="localized",
                min_value=0,
                max_value=float(rows["measure"].max()),
            ),
            "change": st.column_config.TextColumn("Change", width="small"),
        },
    )


def _today(page: Page) -> None:
    """The day that is not over: so far, still to come, and what was forecast for all of it."""
    clock = page.clock
    hours = page.connection.query(
        queries.HOURLY_TOTALS, start=clock.as_of_date, end=clock.as_of_date
    )
    midnight = pd.Timestamp(clock.as_of_date).tz_localize(clock.zone)
    predicted = page.connection.query(
        queries.HOURLY_FORECAST_BETWEEN,
        start=midnight.tz_convert("UTC").to_pydatetime(),
        end=(midnight + pd.DateOffset(days=1)).tz_convert("UTC").to_pydatetime(),
    )
    if predicted.empty or hours.empty:
        return
    done = hours[hours["is_complete"]]
    if done.empty:
        return
    to_come = predicted[~predicted["forecast_hour"].isin(done["revenue_hour"])]
    so_far, expected = done["net_revenue"].sum(), to_come["forecast_value"].sum()
    with st.container(border=True):
        st.subheader(f"The newest day, {clock.as_of_date:%A %d %B %Y}, against the forecast")
        text, picture = st.columns([1, 4])
        text.metric("Net revenue so far", page.money(so_far), help=f"{len(done)} complete hours.")
        text.metric("And forecast of the rest", page.money(so_far + expected))
        day = page.connection.query(queries.DAY_FORECAST, day=clock.as_of_date)
        if len(day):
            text.metric(
                "Whole day, forecast",
                page.money(day["forecast_value"][0]),
                help=f"Between {page.money(day['prediction_interval_lower_bound'][0])} and "
                f"{page.money(day['prediction_interval_upper_bound'][0])}, forecast by day.",
            )
        picture.altair_chart(_day_chart(page, done, predicted))


def _day_chart(page: Page, done: pd.DataFrame, predicted: pd.DataFrame) -> alt.LayerChart:
    actual = pd.DataFrame(
        {"hour": page.local(done["revenue_hour"]), "value": done["net_revenue"].astype(float)}
    )
    band = pd.DataFrame(
        {
            "hour": page.local(predicted["forecast_hour"]),
            "value": predicted["forecast_value"],
            "lower": predicted["prediction_interval_lower_bound"],
            "upper": predicted["prediction_interval_upper_bound"],
        }
    )
    return charts.forecast(
        actual,
        band,
        time="hour",
        title=f"Net revenue ({page.clock.currency})",
        hourly=True,
        height=280,
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
