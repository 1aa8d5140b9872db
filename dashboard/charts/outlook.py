"""What is to come: beside what came, by category, and how wrong it may be."""

from typing import NamedTuple

import altair as alt
import pandas as pd

from dashboard import colours
from dashboard.charts.axes import amount_axis, colour_of, names, percent_axis
from dashboard.charts.chosen import brings_out, with_chosen
from dashboard.charts.forecasts import BAND_OPACITY, diamonds, stamp, time_x
from dashboard.charts.layers import layered
from dashboard.formats import NOTHING, is_missing


class Curve(NamedTuple):
    """How a series is drawn."""

    colour: str
    dash: list[int]
    width: float
    opacity: float


CURVES = {
    "Actual": Curve(colours.ACTUAL, [1, 0], 1.75, 0.85),
    "Forecast": Curve(colours.FORECAST, [5, 3], 2.75, 1),
    "Earlier forecasts": Curve(colours.FORECAST, [1, 0], 1, 0.4),
}
"""What is to come stands out, the rest stands back."""
LABEL_ROOM = 1.15
"""Of the longest bar, for the figure at its end."""


def outlook(
    actual: pd.DataFrame,
    predicted: pd.DataFrame,
    earlier: pd.DataFrame,
    anomalies: pd.DataFrame,
    *,
    now: pd.Timestamp,
    title: str,
    hourly: bool,
) -> alt.LayerChart:
    """The newest forecast with its band, after what came and what was forecast of that before.

    ``actual``: step, value. ``predicted``: step, value, lower, upper. ``earlier``: run_at, step,
    value. ``anomalies``: step, time_series_data, expected, anomaly_probability; diamonds.
    ``now``: on the wall clock, marked by a line.
    """
    before = actual[actual["step"] < predicted["step"].min()].tail(1)
    begun = before.assign(lower=before["value"], upper=before["value"])
    parts = pd.concat(
        [
            earlier.assign(series="Earlier forecasts"),
            actual.assign(series="Actual"),
            pd.concat([begun, predicted]).assign(series="Forecast"),
        ]
    )[["step", "value", "lower", "upper", "series", "run_at"]]
    x = time_x(parts["step"], hourly=hourly)
    base = alt.Chart()  # band and curves share their rows
    band = (
        base.transform_filter("datum.series === 'Forecast'")
        .mark_area(opacity=BAND_OPACITY, color=colours.FORECAST)
        .encode(x=x, y=alt.Y("lower:Q", title=title), y2=alt.Y2("upper:Q"))
    )
    shown = {name: curve for name, curve in CURVES.items() if name in set(parts["series"])}
    curves = base.mark_line().encode(
        x=x,
        y=alt.Y("value:Q", title=title, axis=amount_axis(), scale=alt.Scale(zero=False)),
        color=colour_of("series", {k: c.colour for k, c in shown.items()}, symbol="stroke"),
        detail=alt.Detail("run_at:N"),
        strokeDash=alt.StrokeDash(
            "series:N",
            scale=alt.Scale(domain=list(shown), range=[c.dash for c in shown.values()]),
            legend=None,
        ),
        strokeWidth=alt.StrokeWidthValue(1, condition=_by_series(shown, "width")),
        opacity=alt.OpacityValue(1, condition=_by_series(shown, "opacity")),
    )
    layers = [band, curves, *_mark_now(now, hourly=hourly)]
    layers.append(_under_the_mouse(actual, predicted, x, title, hourly=hourly))
    if len(anomalies):
        layers.append(diamonds(anomalies, x, "step", hourly=hourly))
    return layered(*layers, data=parts, height=360)


def _by_series(curves: dict[str, Curve], what: str) -> list[dict[str, object]]:
    """Values as they are: a scale would spread them."""
    return [
        {"test": f"datum.series === '{name}'", "value": getattr(curve, what)}
        for name, curve in curves.items()
    ]


def _mark_now(now: pd.Timestamp, *, hourly: bool) -> list[alt.Chart]:
    base = alt.Chart(pd.DataFrame({"step": [now], "name": ["Now" if hourly else "Today"]}))
    rule = base.mark_rule(strokeDash=[2, 3], color=colours.MUTED).encode(x=alt.X("step:T"))
    name = base.mark_text(align="left", dx=5, dy=6, baseline="top", color=colours.MUTED).encode(
        x=alt.X("step:T"), y=alt.YValue(0), text=alt.Text("name:N")
    )
    return [rule, name]


def _under_the_mouse(
    actual: pd.DataFrame, predicted: pd.DataFrame, x: alt.X, title: str, *, hourly: bool
) -> alt.Chart:
    """A line at the step nearest to the mouse, with all that is known of it."""
    known = actual[["step", "value"]].rename(columns={"value": "actual"})
    steps = known.merge(predicted[["step", "value", "lower", "upper"]], how="outer", on="step")
    for column in ("actual", "value", "lower", "upper"):
        steps[column] = [_written(value) for value in steps[column].astype(float)]
    near = alt.selection_point(
        name="near",
        nearest=True,
        on="pointerover",
        clear="pointerout",
        fields=["step"],
        empty=False,
    )
    return (
        alt.Chart(steps)
        .mark_rule(color=colours.MUTED)
        .encode(
            x=x,
            opacity=alt.OpacityValue(0, condition={"param": "near", "value": 0.6, "empty": False}),
            tooltip=[
                alt.Tooltip("step:T", format=stamp(hourly=hourly), title="Time"),
                alt.Tooltip("actual:N", title=title),
                alt.Tooltip("value:N", title="Forecast"),
                alt.Tooltip("lower:N", title="At least"),
                alt.Tooltip("upper:N", title="At most"),
            ],
        )
        .add_params(near)
    )


def _written(value: float) -> str:
    return NOTHING if is_missing(value) else f"{value:,.0f}"


def ahead_by_category(
    rows: pd.DataFrame,
    *,
    palette: dict[str, str],
    title: str,
    chosen: tuple[str, ...],
    height: int,
) -> alt.LayerChart:
    """Bars of what is forecast, with a tick at what came in as many days before.

    ``rows``: category, forecast, before, change (as text).
    """
    colour = {name: palette.get(name, colours.MUTED) for name in rows["category"]}
    base = alt.Chart().encode(
        y=names("category"),
        tooltip=[
            alt.Tooltip("category:N", title="Category"),
            alt.Tooltip("forecast:Q", format=",.0f", title=title),
            alt.Tooltip("before:Q", format=",.0f", title="As many days before"),
            alt.Tooltip("change:N", title="Change"),
        ],
    )
    room = alt.Scale(domain=[0, LABEL_ROOM * rows[["forecast", "before"]].max().max()])
    bars = base.mark_bar(cornerRadiusEnd=3, height={"band": 0.7}).encode(
        x=alt.X("forecast:Q", title=None, axis=amount_axis(tickCount=4), scale=room),
        color=colour_of("category", colour, legend=False),
        opacity=brings_out(),
    )
    ticks = base.mark_tick(thickness=2.5, height={"band": 0.9}, color=colours.MUTED).encode(
        x=alt.X("before:Q")
    )
    words = base.mark_text(align="left", dx=8, color=colours.MUTED).encode(
        x=alt.X("most:Q"), text=alt.Text("change:N")
    )
    drawn = with_chosen(rows, "category", chosen)
    drawn = drawn.assign(most=rows[["forecast", "before"]].max(axis=1))
    return layered(bars, ticks, words, data=drawn, height=height)


def error_by_lead(rows: pd.DataFrame, *, height: int) -> alt.LayerChart:
    """How wrong forecasts were, by how far ahead. ``rows``: lead, wape, coverage, forecasts."""
    base = alt.Chart().encode(
        y=names("lead"),
        x=alt.X(
            "wape:Q",
            title=None,
            axis=percent_axis(),
            scale=alt.Scale(domain=[0, LABEL_ROOM * rows["wape"].max()]),
        ),
        tooltip=[
            alt.Tooltip("lead:N", title="Ahead"),
            alt.Tooltip("wape:Q", format=".1%", title="Off by"),
            alt.Tooltip("coverage:Q", format=".0%", title="Within the band"),
            alt.Tooltip("forecasts:Q", format=",", title="Forecasts"),
        ],
    )
    bars = base.mark_bar(cornerRadiusEnd=3, color=colours.FORECAST, size=24)
    words = base.mark_text(align="left", dx=6, color=colours.MUTED).encode(
        text=alt.Text("wape:Q", format=".1%")
    )
    return layered(bars, words, data=rows, height=height)
