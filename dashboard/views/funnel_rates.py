"""The rates of Funnel over time, each with a scale of its own."""

import pandas as pd
import streamlit as st

from dashboard import charts, clicks, states
from dashboard.charts.axes import WEEKLY_FROM_DAYS
from dashboard.comparison import Comparison
from dashboard.page import Page
from dashboard.panel import panel
from dashboard.views.funnel_cards import RATES, Rate


def show_rates(page: Page, compare: Comparison) -> None:
    """Draw them side by side."""
    selection = page.selection
    by_week = selection.days > WEEKLY_FROM_DAYS
    with panel("Rates over time", "rates") as card:
        shift = pd.Timedelta(days=selection.days)
        before = compare.before.assign(funnel_date=compare.before["funnel_date"] + shift)
        for cell, (name, rate) in zip(st.columns(len(RATES)), RATES.items(), strict=True):
            course = rate_course(compare.now, rate, by_week=by_week)
            with cell:
                if course.empty:
                    states.missing(f"Nothing to divide by: no {name.lower()} in this selection.")
                    continue
                card.chart(
                    clicks.zoomable(
                        charts.rate_days(
                            course, rate_course(before, rate, by_week=by_week), title=name
                        )
                    ),
                    course,
                    name=rate.column,
                    alt_text=f"{name} by {'week' if by_week else 'day'}",
                    pick=clicks.ZOOM,
                    on_pick=clicks.zoom_dates,
                )
        words = ["By week."] if by_week else []
        if len(before):
            words.append(f"Dotted: the {selection.days:,} days before.")
        st.caption(" ".join([*words, "Draw over the days to zoom into them."]))


def rate_course(days: pd.DataFrame, rate: Rate, *, by_week: bool) -> pd.DataFrame:
    """day, rate; weeks begin on Monday, and one that is cut off is measured by its days."""
    day = days["funnel_date"]
    if by_week:
        day = day - pd.to_timedelta(day.dt.weekday, unit="D")
    sums = days.groupby(day)[[rate.top, rate.bottom]].sum()
    rates = sums[rate.top].div(sums[rate.bottom].where(sums[rate.bottom] > 0)).dropna()
    return rates.rename_axis("day").reset_index(name="rate")
