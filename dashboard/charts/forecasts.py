"""What was forecast beside what happened, how wrong it was, and what was not to be expected."""

import altair as alt
import pandas as pd

from dashboard import colours
from dashboard.charts.axes import amount_axis, colour_of, day_axis, hour_axis, percent_axis
from dashboard.charts.layers import layered

BAND_OPACITY = 0.18
PALETTE = {"Actual": colours.ACTUAL, "Forecast": colours.FORECAST}
COURSE = {
    "Actual": (colours.ACTUAL, [1, 0]),
    "Forecast": (colours.FORECAST, [5, 3]),
    "Period before": (colours.MUTED, [1, 3]),
}
"""Colour and dashes of the curves of ``course``."""
MADE = ("Forecast", "Backtest")
MOST_WEEKS = 26


def forecast(
    actual: pd.DataFrame,
    predicted: pd.DataFrame,
    *,
    time: str,
    title: str,
    hourly: bool = False,
    height: int = 340,
    anomalies: pd.DataFrame | None = None,
) -> alt.LayerChart:
    """What happened, what was forecast, and the band it was to lie in.

    ``actual``: ``time``, value. ``predicted``: ``time``, value, lower, upper. ``anomalies``:
    ``time``, time_series_data, expected, anomaly_probability; marked with a diamond.
    """
    both = pd.concat(
        [
            actual[[time, "value"]].assign(series="Actual"),
            predicted[[time, "value", "lower", "upper"]].assign(series="Forecast"),
        ]
    )
    x = time_x(both[time], hourly=hourly)
    band = (
        alt.Chart(both)
        .transform_filter("datum.series === 'Forecast'")
        .mark_area(opacity=BAND_OPACITY, color=colours.FORECAST)
        .encode(x=x, y=alt.Y("lower:Q"), y2=alt.Y2("upper:Q"))
    )
    curve = (
        alt.Chart(both)
        .mark_line(strokeWidth=2, point={"size": 16} if len(both) <= 150 else False)
        .encode(
            x=x,
            y=alt.Y("value:Q", title=title, axis=amount_axis(), scale=alt.Scale(zero=False)),
            color=colour_of("series", PALETTE, symbol="stroke"),
            strokeDash=alt.StrokeDash(
                "series:N",
                scale=alt.Scale(domain=list(PALETTE), range=[[1, 0], [5, 3]]),
                legend=None,
            ),
            tooltip=[
                alt.Tooltip(f"{time}:T", format=stamp(hourly=hourly), title="Time"),
                alt.Tooltip("series:N", title="Series"),
                alt.Tooltip("value:Q", format=",.0f", title=title),
                alt.Tooltip("lower:Q", format=",.0f", title="Lower bound"),
                alt.Tooltip("upper:Q", format=",.0f", title="Upper bound"),
            ],
        )
    )
    layers = [band, curve]
    if anomalies is not None and len(anomalies):
        layers.append(diamonds(anomalies, x, time, hourly=hourly))
    return layered(*layers, height=height)


def course(
    now: pd.DataFrame, before: pd.DataFrame, ahead: pd.DataFrame, *, title: str
) -> alt.LayerChart:
    """Days as they came, beside those of the period before and what is forecast to follow.

    ``now``, ``before``: day, value, those before moved onto the days they are compared with.
    ``ahead``: day, value, lower, upper. The last two may be empty.
    """
    follows = pd.concat([now.tail(1), ahead]) if len(ahead) else ahead
    named = {"Period before": before, "Actual": now, "Forecast": follows}
    parts = pd.concat([rows.assign(series=name) for name, rows in named.items() if len(rows)])
    days = parts["day"]
    x = alt.X("day:T", title=None, axis=day_axis(days))
    base = alt.Chart()  # the layers share their rows
    band = (
        base.transform_filter("datum.series === 'Forecast' && isValid(datum.upper)")
        .mark_area(opacity=BAND_OPACITY, color=colours.FORECAST)
        .encode(x=x, y=alt.Y("lower:Q"), y2=alt.Y2("upper:Q"))
    )
    shown = [name for name in COURSE if name in set(parts["series"])]
    curves = base.mark_line(strokeWidth=2.25).encode(
        x=x,
        y=alt.Y("value:Q", title=title, axis=amount_axis()),
        color=colour_of("series", {name: COURSE[name][0] for name in shown}, symbol="stroke"),
        strokeDash=alt.StrokeDash(
            "series:N",
            scale=alt.Scale(domain=shown, range=[COURSE[name][1] for name in shown]),
            legend=None,
        ),
        tooltip=[
            alt.Tooltip("day:T", format=stamp(hourly=False), title="Day"),
            alt.Tooltip("series:N", title="Series"),
            alt.Tooltip("value:Q", format=",.0f", title=title),
            alt.Tooltip("lower:Q", format=",.0f", title="Lower bound"),
            alt.Tooltip("upper:Q", format=",.0f", title="Upper bound"),
        ],
    )
    return layered(band, curves, data=parts, height=320)


def diamonds(rows: pd.DataFrame, x: alt.X, time: str, *, hourly: bool) -> alt.Chart:
    """What was not to be expected. ``rows``: ``time``, time_series_data, expected, probability."""
    return (
        alt.Chart(rows)
        .mark_point(
            shape="diamond", size=110, filled=True, opacity=1, color=colours.WARNING, stroke="white"
        )
        .encode(
            x=x,
            y=alt.Y("time_series_data:Q"),
            tooltip=[
                alt.Tooltip(f"{time}:T", format=stamp(hourly=hourly), title="Not expected"),
                alt.Tooltip("time_series_data:Q", format=",.0f", title="Actual"),
                alt.Tooltip("expected:Q", format=",.0f", title="Expected"),
                alt.Tooltip("anomaly_probability:Q", format=".4f", title="Probability"),
            ],
        )
    )


def wape_by_week(rows: pd.DataFrame) -> alt.Chart:
    """How wrong forecasts were by week, a line for each class of lead; backtests dashed.

    ``rows``: week, lead, lead_from, wape, forecasts, is_backtest.
    """
    leads = rows.sort_values("lead_from")["lead"].drop_duplicates().tolist()
    made = rows.assign(made=rows["is_backtest"].map({False: MADE[0], True: MADE[1]}))
    return (
        alt.Chart(made)
        .mark_line(strokeWidth=2, point={"size": 36})
        .encode(
            x=alt.X("week:T", title=None, axis=_week_axis(rows["week"])),
            y=alt.Y("wape:Q", title="Off by", axis=percent_axis()),
            color=colour_of(
                "lead", dict(zip(leads, colours.CATEGORICAL, strict=False)), symbol="stroke"
            ),
            strokeDash=alt.StrokeDash(
                "made:N", scale=alt.Scale(domain=list(MADE), range=[[1, 0], [4, 3]]), legend=None
            ),
            opacity=alt.Opacity(
                "made:N", scale=alt.Scale(domain=list(MADE), range=[1, 0.55]), legend=None
            ),
            tooltip=[
                alt.Tooltip("week:T", format="%d %b %Y", title="Week of"),
                alt.Tooltip("lead:N", title="Ahead"),
                alt.Tooltip("made:N", title="Made as"),
                alt.Tooltip("wape:Q", format=".1%", title="Off by"),
                alt.Tooltip("forecasts:Q", format=",", title="Forecasts"),
            ],
        )
        .properties(height=280)
    )


def _week_axis(weeks: pd.Series) -> alt.Axis:
    """Mondays, where they are few; by itself the axis would write Sundays."""
    mondays = weeks.drop_duplicates().sort_values()
    if len(mondays) > MOST_WEEKS:
        return day_axis(weeks)
    at = [alt.DateTime(year=day.year, month=day.month, date=day.day) for day in mondays]
    return alt.Axis(format="%d %b", values=at, labelOverlap=True)


def time_x(steps: pd.Series, *, hourly: bool) -> alt.X:
    """Days, or hours, along the axis."""
    axis = hour_axis(steps) if hourly else day_axis(steps)
    return alt.X(f"{steps.name}:T", title=None, axis=axis)


def stamp(*, hourly: bool) -> str:
    """How tooltips write a step."""
    return "%a %d %b %H:%M" if hourly else "%a %d %b %Y"
