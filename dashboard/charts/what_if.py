"""What would be sold at other prices: a curve over price, with what is not known of it."""

import altair as alt
import pandas as pd

from dashboard import colours
from dashboard.charts.axes import amount_axis
from dashboard.charts.layers import layered

ROOM = 1.1
"""Of the axis, above what was tried or chosen: the curve rises steeply to prices near nothing."""


def price_curve(
    rows: pd.DataFrame,
    *,
    title: str,
    price_title: str,
    shape: str,
    axis_shape: str,
) -> alt.LayerChart:
    """A curve with its band; dashed beyond the depths tried. A ring is now, a point the choice.

    Args:
        rows: price, change (of the price), value, lower, upper, tried, basis, is_chosen, in the
            order of price; one of them has change 0, and one is chosen.
        shape, axis_shape: of prices, in tooltips and on the axis.
    """
    base = alt.Chart().encode(
        x=alt.X(
            "price:Q",
            title=price_title,
            axis=alt.Axis(format=axis_shape, tickCount=6),
            scale=alt.Scale(zero=False, nice=False),
        )
    )
    deepest = rows.loc[rows["tried"] | rows["is_chosen"], "change"].min()
    known = rows[rows["change"] >= deepest]
    y = alt.Y(
        "value:Q",
        title=title,
        axis=amount_axis(tickCount=5),
        scale=alt.Scale(domain=[0, known["upper"].max() * ROOM]),
    )
    tooltip = [
        alt.Tooltip("price:Q", format=shape, title=price_title),
        alt.Tooltip("change:Q", format="+.0%", title="On the regular price"),
        alt.Tooltip("value:Q", format=",.3~r", title=title),
        alt.Tooltip("lower:Q", format=",.3~r", title="Interval from"),
        alt.Tooltip("upper:Q", format=",.3~r", title="to"),
        alt.Tooltip("basis:N", title="Prices like this"),
    ]
    band = base.mark_area(clip=True, opacity=0.18, color=colours.FORECAST).encode(
        y=alt.Y("lower:Q"), y2=alt.Y2("upper:Q")
    )
    curve = base.mark_line(
        clip=True, color=colours.FORECAST, strokeWidth=1.5, strokeDash=[4, 4]
    ).encode(y=y)
    tried = (
        base.transform_filter("datum.tried")
        .mark_line(color=colours.FORECAST, strokeWidth=2.5)
        .encode(y=y)
    )
    hover = base.mark_circle(clip=True, size=120, opacity=0).encode(y=y, tooltip=tooltip)
    regular = (
        base.transform_filter("datum.change == 0")
        .mark_point(size=90, strokeWidth=2, color=colours.MUTED)
        .encode(y=y, tooltip=tooltip)
    )
    one = base.transform_filter("datum.is_chosen")
    point = one.mark_circle(size=130, color=colours.PROMOTION, opacity=1).encode(
        y=y, tooltip=tooltip
    )
    span = one.mark_rule(color=colours.PROMOTION, strokeWidth=2).encode(
        y=alt.Y("lower:Q"), y2=alt.Y2("upper:Q")
    )
    layers = (band, curve, tried, hover, span, regular, point)
    return layered(*layers, data=rows, height=260)
