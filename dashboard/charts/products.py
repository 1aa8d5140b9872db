"""Charts of products: all of them by conversion and revenue, what one's health is made of."""

import altair as alt
import pandas as pd

from dashboard import colours
from dashboard.charts.axes import amount_axis, colour_of, either
from dashboard.charts.layers import layered

SHAPES = {"strong": "triangle-up", "steady": "circle", "weak": "triangle-down"}
"""Of health bands, which are told apart without their colours too."""
THICKEST = 26
"""Pixels: of a part that weighs HEAVIEST; the others in proportion, so that areas are points."""
HEAVIEST = 0.3


def scatter(rows: pd.DataFrame, *, revenue: str, height: int) -> alt.Chart:
    """A point for each product, by health band, sized by units sold.

    ``rows``: product_id, product_name, category, health_band, health_score, units, conversion_rate,
    net_revenue > 0.
    """
    bands = {k: v for k, v in colours.HEALTH.items() if k in set(rows["health_band"])}
    shapes = alt.Scale(domain=list(bands), range=[SHAPES[band] for band in bands])
    return (
        alt.Chart(rows)
        .mark_point(filled=True, opacity=0.65, strokeOpacity=0, cursor="pointer")
        .encode(
            x=alt.X(
                "conversion_rate:Q",
                title="Conversion, bought ÷ viewed",
                axis=alt.Axis(format=".1~%"),
            ),
            y=alt.Y(
                "net_revenue:Q",
                title=revenue,
                axis=amount_axis(tickCount=4),
                scale=alt.Scale(type="log"),
            ),
            size=alt.Size("units:Q", legend=None, scale=alt.Scale(range=[25, 400])),
            color=colour_of("health_band", bands),
            shape=alt.Shape("health_band:N", title=None, scale=shapes),
            tooltip=[
                alt.Tooltip("product_name:N", title="Product"),
                alt.Tooltip("category:N", title="Category"),
                alt.Tooltip("health_score:Q", format=".0f", title="Health"),
                alt.Tooltip("held_back_by:N", title="Held back by"),
                alt.Tooltip("conversion_rate:Q", format=".2%", title="Conversion"),
                alt.Tooltip("net_revenue:Q", format=",.0f", title=revenue),
                alt.Tooltip("units:Q", format=",", title="Units"),
            ],
        )
        .properties(height=height)
    )


def health_parts(rows: pd.DataFrame) -> alt.LayerChart:
    """Each part from worst to best of the category, from the middle on, as thick as it weighs.

    ``rows``: part, weight, score, points, measured, middle, label (two lines, a | between).
    """
    base = alt.Chart().encode(
        y=alt.Y(
            "label:N",
            sort=None,
            title=None,
            axis=alt.Axis(labelExpr="split(datum.label, '|')", labelLimit=200, ticks=False),
        ),
        tooltip=[
            alt.Tooltip("part:N", title="Part"),
            alt.Tooltip("measured:N", title="This product"),
            alt.Tooltip("middle:N", title="Middle of its category"),
            alt.Tooltip("score:Q", format=".2f", title="Rank, 0 to 1"),
            alt.Tooltip("weight:Q", format=".0%", title="Weight"),
            alt.Tooltip("points:Q", format="+.1f", title="Points of health"),
        ],
    )
    places = alt.Axis(
        values=[0, 0.5, 1],
        labelExpr="datum.value == 0 ? 'worst' : datum.value == 1 ? 'best' : 'middle'",
        grid=False,
    )
    x = alt.X("score:Q", title=None, axis=places, scale=alt.Scale(domain=[0, 1]))
    thickness = alt.Size(
        "weight:Q",
        legend=None,
        scale=alt.Scale(domain=[0, HEAVIEST], range=[0, THICKEST], clamp=False),
    )
    track = base.mark_bar(color=colours.MUTED, opacity=0.15, cornerRadius=2).encode(
        x=alt.X("zero:Q", axis=places), x2=alt.X2Datum(1), size=thickness
    )
    bars = base.mark_bar(cornerRadius=2).encode(
        x=x,
        x2=alt.X2Datum(0.5),
        size=thickness,
        color=either(alt.ColorValue, "datum.points >= 0", colours.ACTUAL, colours.WARNING),
    )
    middle = (
        alt.Chart(pd.DataFrame({"middle": [0.5]}))
        .mark_rule(color=colours.MUTED, strokeWidth=1.5)
        .encode(x=alt.X("middle:Q"))
    )
    # On the side of the middle that its bar leaves empty.
    figures = [
        base.transform_filter(f"datum.points {sign} 0")
        .mark_text(align=align, dx=shift, color=colours.MUTED, fontSize=12)
        .encode(x=alt.XDatum(0.5), text=alt.Text("points:Q", format="+.1f"))
        for sign, align, shift in ((">=", "right", -6), ("<", "left", 6))
    ]
    track = track.transform_calculate(zero="0")
    return layered(track, bars, middle, *figures, data=rows, height=52 * len(rows) + 40)
