"""What the newest forecast of Forecast is made of: level, what repeats, what holidays add."""

import pandas as pd
import streamlit as st

from dashboard import charts, formats, queries, states
from dashboard.panel import Panel, panel
from dashboard.views.forecast_subject import Subject
from esynapse.pipeline.mart_docs import meaning

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
        states.missing("The newest run does not say what its forecast is made of.")
        return
    at = "time_series_timestamp" if subject.is_hourly else "series_date"
    step = subject.page.local(rows[at]) if subject.is_hourly else rows[at]
    rows = rows.assign(
        step=step, kind=rows["time_series_type"].map({"history": "Actual", "forecast": "Forecast"})
    )
    with panel("Level", "level", about=_meaning("trend")) as card:
        _level(subject, card, rows)
    left, right = st.columns(2)
    weekly = _meaning("seasonal_period_weekly")
    with left, panel("By weekday", "weekdays", about=weekly, height="stretch") as card:
        names = rows["step"].dt.dayofweek.map(dict(enumerate(WEEKDAYS)))
        _pattern(subject, card, rows.assign(name=names), "seasonal_period_weekly", WEEKDAYS)
    with right:
        if subject.is_hourly:
            _hours(subject, rows)
        else:
            _holidays(subject, rows)


def _meaning(column: str) -> str:
    return meaning("forecast_decomposition", column)


def _level(subject: Subject, card: Panel, rows: pd.DataFrame) -> None:
    drawn = rows[rows["step"] > rows["step"].max() - HOURLY_SPAN] if subject.is_hourly else rows
    card.chart(
        charts.trend(drawn, title=subject.axis, hourly=subject.is_hourly),
        drawn[["step", "kind", "time_series_data", "trend"]],
        alt_text="The level, over what came and what is forecast",
    )
    past = rows[rows["time_series_type"] == "history"]
    left_over = past["residual"].abs().sum() / max(past["time_series_data"].abs().sum(), SMALLEST)
    st.caption(
        "The line is the level without what repeats; behind it, faint, what happened and what is "
        f"forecast. What came differs from the sum of the parts by {formats.percent(left_over)}."
    )
    if _is_known(rows["seasonal_period_yearly"]):
        st.markdown("**By the time of the year**")
        _over_time(subject, card, rows, "seasonal_period_yearly", name="yearly")


def _hours(subject: Subject, rows: pd.DataFrame) -> None:
    about = _meaning("seasonal_period_daily")
    with panel("By hour of the day", "hours", about=about, height="stretch") as card:
        names = rows["step"].dt.strftime("%H")
        _pattern(subject, card, rows.assign(name=names), "seasonal_period_daily", HOURS)


def _pattern(
    subject: Subject, card: Panel, rows: pd.DataFrame, part: str, names: list[str]
) -> None:
    recent = rows[rows["step"] > rows["step"].max() - PATTERN_WEEKS]
    if not _is_known(recent[part]):
        states.missing("The model that is served knows no such pattern.")
        return
    effect = recent.groupby("name", as_index=False).agg(effect=(part, "mean"))
    card.chart(
        charts.pattern(effect, order=names, title=subject.axis),
        effect,
        alt_text=f"What each {'hour' if names == HOURS else 'weekday'} adds or takes",
    )
    st.caption("What it adds to the level, or takes from it.")


def _holidays(subject: Subject, rows: pd.DataFrame) -> None:
    about = _meaning("holiday_effect")
    with panel("Holidays and campaigns", "holidays", about=about, height="stretch") as card:
        if not _is_known(rows["holiday_effect"]):
            states.missing("The model that is served takes no holiday or campaign into account.")
            return
        _over_time(subject, card, rows, "holiday_effect")
        st.caption("What they add to the level or take from it.")


def _over_time(
    subject: Subject, card: Panel, rows: pd.DataFrame, part: str, *, name: str = ""
) -> None:
    effect = rows.rename(columns={part: "effect"})[["step", "effect"]]
    card.chart(
        charts.effect_over_time(effect, title=subject.axis, hourly=subject.is_hourly),
        effect,
        name=name,
        alt_text="What it adds to the level or takes from it, over time",
    )


def _is_known(part: pd.Series) -> bool:
    return bool((part.abs() > SMALLEST).any())
