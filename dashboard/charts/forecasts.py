"""What was forecast beside what happened."""

import altair as alt
import pandas as pd

from dashboard import colours
from dashboard.charts.axes import colour_of, day_axis, hour_axis

BAND_OPACITY = 0.18


def forecast(
    actual: pd.DataFrame,
    predicted: pd.DataFrame,
    *,
    time: str,
    title: str,
    hourly: bool = False,
    height: int = 340,
) -> alt.LayerChart:
    """What happened, what was forecast, and the band it was to lie in.

    ``actual``: ``time``, value. ``predicted``: ``time``, value, lower, upper.
    """
    palette = {"Actual": colours.ACTUAL, "Forecast": colours.FORECAST}
    shape = "%a %d %b %H:%M" if hourly else "%a %d %b %Y"
    both = pd.concat(
        [
            actual[[time, "value"]].assign(series="Actual"),
            predicted[[time, "value", "lower", "upper"]].assign(series="Forecast"),
        ]
    )
    x = alt.X(
        f"{time}:T", title=None, axis=hour_axis(both[time]) if hourly else day_axis(both[time])
    )
    band = (
        alt.Chart(both)
        .transform_filter("datum.series === 'Forecast'")
        .mark_area(opacity=BAND_OPACITY, color=colours.FORECAST)
        .encode(x=x, y=alt.Y("lower:Q"), y2="upper:Q")
    )
    curve = (
        alt.Chart(both)
        .mark_line(strokeWidth=2, point={"size": 16} if len(both) <= 150 else False)
        .encode(
            x=x,
            y=alt.Y(
                "value:Q", title=title, axis=alt.Axis(format="~s"), scale=alt.Scale(zero=False)
            ),
            color=colour_of("series", palette, symbol="stroke"),
            strokeDash=alt.StrokeDash(
                "series:N",
                scale=alt.Scale(domain=list(palette), range=[[1, 0], [5, 3]]),
                legend=None,
            ),
            tooltip=[
                alt.Tooltip(f"{time}:T", format=shape, title="Time"),
                alt.Tooltip("series:N", title="Series"),
                alt.Tooltip("value:Q", format=",.0f", title=title),
                alt.Tooltip("lower:Q", format=",.0f", title="Lower bound"),
                alt.Tooltip("upper:Q", format=",.0f", title="Upper bound"),
            ],
        )
    )
    return (band + curve).properties(height=height)
