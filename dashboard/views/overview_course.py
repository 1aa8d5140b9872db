"""The metric of Overview over time: against the period before, by category, by the hour."""

from datetime import timedelta

import pandas as pd
import streamlit as st

from dashboard import charts, clicks, colours, measures, queries, states
from dashboard.filters import EVERYTHING
from dashboard.page import Page
from dashboard.panel import Panel, panel

TOTAL, BY_CATEGORY, HOURLY = "Total", "By category", "Hourly"
HOURLY_DAYS = 14  # more in one hourly chart is a smear
FORECAST_OF = ("net_revenue", "orders")
MOST_AHEAD = 30
"""Days of the forecast, which is drawn as far ahead as half of the selected days reach back."""


def show_course(page: Page, now: pd.DataFrame, before: pd.DataFrame) -> None:
    """Draw it. ``now``, ``before``: measures.by_day of the selected days and those before."""
    with panel(f"{page.selection.metric} over time", "over_time") as card:
        grain = card.tools.segmented_control(
            "Grain",
            (TOTAL, BY_CATEGORY, HOURLY),
            default=TOTAL,
            required=True,
            key="grain",
            bind="query-params",
            label_visibility="collapsed",
        )
        if grain == HOURLY:
            _hourly(page, card)
        elif grain == BY_CATEGORY or page.selection.metric == "Views":
            _by_category(page, card)
        else:
            _total(page, card, now, before)


def _total(page: Page, card: Panel, now: pd.DataFrame, before: pd.DataFrame) -> None:
    selection = page.selection
    column = selection.measure.column
    if not now[column].any():
        states.missing(states.nothing_of(selection.metric))
        return
    shift = pd.Timedelta(days=selection.days)
    ahead = _ahead(page)
    card.chart(
        clicks.zoomable(
            charts.course(
                now.rename(columns={"revenue_date": "day", column: "value"})[["day", "value"]],
                before.assign(day=before["revenue_date"] + shift, value=before[column])[
                    ["day", "value"]
                ],
                ahead,
                title=page.axis,
            )
        ),
        now,
        alt_text=f"{selection.metric} by day, beside the period before and the forecast",
        pick=clicks.ZOOM,
        on_pick=clicks.zoom_dates,
    )
    words = [f"Dotted: the {selection.days:,} days before."] if len(before) else []
    if len(ahead):
        level = f"{ahead['confidence_level'].max():.0%}".replace("%", " %")
        words.append(f"Dashed: the forecast, with the band that holds {level} of what happens.")
    elif column in FORECAST_OF:
        words.append("No forecast is made of this selection.")
    words.append("Draw over the days to zoom into them.")
    st.caption(" ".join(words))


def _ahead(page: Page) -> pd.DataFrame:
    """The newest forecast of the days after the selection, where there is one of what is shown."""
    selection = page.selection
    column = selection.measure.column
    is_forecast = (
        column in FORECAST_OF
        and selection.discount == EVERYTHING
        and len(selection.categories) <= 1
        and page.clock.last_complete_date is not None
        and selection.end >= page.clock.last_complete_date
    )
    if not is_forecast:
        return pd.DataFrame()
    return page.connection.query(
        queries.DAYS_AHEAD,
        measure=column,
        series=f"category:{selection.categories[0]}" if selection.categories else "total",
        start=selection.end,
        end=selection.end + timedelta(days=min(MOST_AHEAD, max(selection.days // 2, 3))),
    )


def _by_category(page: Page, card: Panel) -> None:
    selection = page.selection
    rows = measures.by_day_and_category(page.connection, selection, selection.start, selection.end)
    if not rows[selection.measure.column].any():
        states.missing(states.nothing_of(selection.metric))
        return
    card.chart(
        charts.stacked_days(
            rows.assign(category=colours.folded(rows["category"], page.palette)),
            date="revenue_date",
            value=selection.measure.column,
            part="category",
            palette=page.palette,
            title=page.axis,
        ),
        rows,
        alt_text=f"{selection.metric} by day, stacked by category",
    )
    if selection.metric == "Orders" and not selection.categories:
        st.caption("An order counts once in each category that it bought from.")
    elif selection.metric == "Orders" and (note := measures.order_note(selection)):
        st.caption(note)


def _hourly(page: Page, card: Panel) -> None:
    selection = page.selection
    if measures.is_narrowed(selection):
        states.missing(
            "By the hour there is only the whole shop: clear categories and discount period."
        )
        return
    if selection.metric == "Views":
        states.missing("Views are counted by day: choose another metric, or Total.")
        return
    start = max(selection.start, selection.end - timedelta(days=HOURLY_DAYS - 1))
    rows = page.connection.query(queries.HOURLY_TOTALS, start=start, end=selection.end)
    rows = rows.assign(revenue_hour=page.local(rows["revenue_hour"]))
    card.chart(
        charts.hours(rows, value=selection.measure.column, title=page.axis),
        rows,
        alt_text=f"{selection.metric} by the hour",
    )
    if start > selection.start:
        st.caption(f"The last {HOURLY_DAYS} days of the period.")
