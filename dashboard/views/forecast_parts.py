"""What the newest forecast of Forecast is made of: level, what repeats, what holidays add."""

import altair as alt
import pandas as pd
import streamlit as st

from dashboard import charts, formats, queries, states
from dashboard.views.forecast_subject import Subject

WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
HOURS = [f"{hour:02d}" for hour in range(24)]
SMALLEST = 1e-9
"""A part no larger than this is one that the model does not know."""
PATTERN_WEEKS = pd.Timedelta(weeks=8)
"""What repeats may change with time: the newest weeks say how it is."""
HOURLY_SPAN = pd.Timedelta(weeks=5)
"""Of hours, four weeks and the forecast: more in one chart is a smear."""


def show_parts(subject: Subject) -> None:
    """Draw the parts of the newest run, history and forecast."""
    rows = subject.page.connection.query(
        queries.DECOMPOSITION, granularity=subject.step.granularity, **subject.key
    )
    if rows.empty:
        with st.container(border=True):
            st.subheader("What the forecast is made of")
            states.missing("The newest run does not say what its forecast is made of.")
        return
    at = "time_series_timestamp" if subject.is_hourly else "series_date"
    step = subject.page.local(rows[at]) if subject.is_hourly else rows[at]
    rows = rows.assign(
        step=step, kind=rows["time_series_type"].map({"history": "Actual", "forecast": "Forecast"})
    )
    with st.container(border=True):
        _level(subject, rows)
    left, right = st.columns(2)
    with left, st.container(border=True, height="stretch"):
        _weekdays(subject, rows)
    with right, st.container(border=True, height="stretch"):
        if subject.is_hourly:
            _hours(subject, rows)
        else:
            _holidays(subject, rows)


def _level(subject: Subject, rows: pd.DataFrame) -> None:
    st.subheader("Level")
    drawn = rows[rows["step"] > rows["step"].max() - HOURLY_SPAN] if subject.is_hourly else rows
    st.altair_chart(charts.trend(drawn, title=subject.axis, hourly=subject.is_hourly))
    past = rows[rows["time_series_type"] == "history"]
    left_over = past["residual"].abs().sum() / max(past["time_series_data"].abs().sum(), SMALLEST)
    st.caption(
        "The line is the level without what repeats; behind it, faint, what happened and what is "
        f"forecast. What came differs from the sum of the parts by {formats.percent(left_over)}."
    )
    if _is_known(rows["seasonal_period_yearly"]):
        st.markdown("**By the time of the year**")
        st.altair_chart(_over_time(subject, rows, "seasonal_period_yearly"))


def _weekdays(subject: Subject, rows: pd.DataFrame) -> None:
    st.subheader("By weekday")
    names = rows["step"].dt.dayofweek.map(dict(enumerate(WEEKDAYS)))
    _pattern(subject, rows.assign(name=names), "seasonal_period_weekly", WEEKDAYS)


def _hours(subject: Subject, rows: pd.DataFrame) -> None:
    st.subheader("By hour of the day")
    names = rows["step"].dt.strftime("%H")
    _pattern(subject, rows.assign(name=names), "seasonal_period_daily", HOURS)


def _pattern(subject: Subject, rows: pd.DataFrame, part: str, names: list[str]) -> None:
    recent = rows[rows["step"] > rows["step"].max() - PATTERN_WEEKS]
    if not _is_known(recent[part]):
        states.missing("The model that is served knows no such pattern.")
        return
    effect = recent.groupby("name", as_index=False).agg(effect=(part, "mean"))
    st.altair_chart(charts.pattern(effect, order=names, title=subject.axis))
    st.caption("What it adds to the level, or takes from it.")


def _holidays(subject: Subject, rows: pd.DataFrame) -> None:
    st.subheader("Holidays and campaigns")
    if not _is_known(rows["holiday_effect"]):
        states.missing("The model that is served takes no holiday or campaign into account.")
        return
    st.altair_chart(_over_time(subject, rows, "holiday_effect"))
    st.caption("What they add to the level or take from it.")


def _over_time(subject: Subject, rows: pd.DataFrame, part: str) -> alt.Chart:
    return charts.effect_over_time(
        rows.rename(columns={part: "effect"}), title=subject.axis, hourly=subject.is_hourly
    )


def _is_known(part: pd.Series) -> bool:
    return bool((part.abs() > SMALLEST).any())
