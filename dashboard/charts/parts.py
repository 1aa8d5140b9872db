"""What a forecast is made of: its level, what repeats, what comes once."""

import altair as alt
import pandas as pd

from dashboard import colours
from dashboard.charts.axes import amount_axis, colour_of, either
from dashboard.charts.forecasts import PALETTE, stamp, time_x
from dashboard.charts.layers import layered

SIGNED = "+,.2~s"


def trend(rows: pd.DataFrame, *, title: str, hourly: bool) -> alt.LayerChart:
    """The level over what happened and what is forecast.

    ``rows``: step, kind (a key of PALETTE), time_series_data, trend.
    """
    base = alt.Chart(rows).encode(
        x=time_x(rows["step"], hourly=hourly),
        color=colour_of("kind", PALETTE, symbol="stroke"),
        tooltip=[
            alt.Tooltip("step:T", format=stamp(hourly=hourly), title="Time"),
            alt.Tooltip("trend:Q", format=",.0f", title="Level"),
            alt.Tooltip("time_series_data:Q", format=",.0f", title=title),
        ],
    )
    y = alt.Y("trend:Q", title=title, axis=amount_axis(), scale=alt.Scale(zero=False))
    behind = base.mark_line(strokeWidth=1, strokeOpacity=0.35).encode(y=alt.Y("time_series_data:Q"))
    return layered(behind, base.mark_line(strokeWidth=2.5).encode(y=y), height=280)


def pattern(rows: pd.DataFrame, *, order: list[str], title: str) -> alt.Chart:
    """What each weekday or hour adds or takes. ``rows``: name, effect."""
    return (
        alt.Chart(rows)
        .mark_bar(cornerRadiusEnd=2)
        .encode(
            x=alt.X("name:N", sort=order, title=None, axis=alt.Axis(labelAngle=0)),
            y=alt.Y("effect:Q", title=title, axis=amount_axis(format="+~s")),
            color=either(alt.ColorValue, "datum.effect >= 0", colours.ACTUAL, colours.PROMOTION),
            tooltip=[
                alt.Tooltip("name:N", title="When"),
                alt.Tooltip("effect:Q", format=SIGNED, title="Adds"),
            ],
        )
        .properties(height=240)
    )


def effect_over_time(rows: pd.DataFrame, *, title: str, hourly: bool) -> alt.Chart:
    """What a part adds or takes at each step. ``rows``: step, effect."""
    return (
        alt.Chart(rows[["step", "effect"]])
        .mark_bar(size=3)
        .encode(
            x=time_x(rows["step"], hourly=hourly),
            y=alt.Y("effect:Q", title=title, axis=amount_axis(format="+~s")),
            color=alt.ColorValue(colours.ACTUAL),
            tooltip=[
                alt.Tooltip("step:T", format=stamp(hourly=hourly), title="Time"),
                alt.Tooltip("effect:Q", format=SIGNED, title="Adds"),
            ],
        )
        .properties(height=240)
    )
