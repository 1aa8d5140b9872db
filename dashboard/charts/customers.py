"""Charts of customers: segments, and cohorts by month since the first order."""

import altair as alt
import pandas as pd

from dashboard import colours
from dashboard.charts.axes import amount_axis, colour_of, either, names
from dashboard.charts.layers import layered

SHARES = {"Customers": colours.LIGHT, "Net revenue": colours.ACTUAL}
OLDEST, NEWEST = "#2b64a3", "#a9cbee"
LEAST, MOST = 0.05, 0.6
"""Opacity of the cells of a heat map, so that the page's text reads on each, light or dark."""
WIDE_CELL = 36
"""Pixels that a figure with its unit takes."""
ALL = "All"
"""The row above the cohorts."""


def segments(rows: pd.DataFrame) -> alt.LayerChart:
    """Two bars for each segment: its share of the customers and of what all of them brought.

    ``rows``: segment, measure (a key of SHARES), share; in the order in which they are drawn.
    """
    base = alt.Chart().encode(
        y=names("segment"),
        yOffset=alt.YOffset("measure:N", sort=list(SHARES)),
        x=alt.X("share:Q", title="Share of all", axis=alt.Axis(format=".0%", tickCount=5)),
        tooltip=[
            alt.Tooltip("segment:N", title="Segment"),
            alt.Tooltip("measure:N", title="Of"),
            alt.Tooltip("share:Q", format=".1%", title="Share"),
        ],
    )
    bars = base.mark_bar(cornerRadiusEnd=2).encode(color=colour_of("measure", SHARES))
    figures = base.mark_text(align="left", dx=4, fontSize=10, color=colours.MUTED).encode(
        text=alt.Text("share:Q", format=".0%")
    )
    return layered(bars, figures, data=rows, height=38 * rows["segment"].nunique() + 60)


def lifetime_values(rows: pd.DataFrame, title: str, height: int) -> alt.LayerChart:
    """What a customer of each cohort has brought by the end of each month; the newer the lighter.

    ``rows``: cohort (text), cohort_month, months_since_first, lifetime_value, cohort_size.
    """
    ends = sorted({rows["cohort_month"].min(), rows["cohort_month"].max()})
    base = alt.Chart().encode(
        x=alt.X(
            "months_since_first:Q",
            title="Months since the first order",
            axis=alt.Axis(format="d", tickMinStep=1, grid=False),
        ),
        y=alt.Y(
            "lifetime_value:Q",
            title=title,
            axis=amount_axis(),
            scale=alt.Scale(zero=False, nice=True),
        ),
        color=alt.Color(
            "cohort_month:T",
            title="First order",
            scale=alt.Scale(range=[OLDEST, NEWEST]),
            legend=alt.Legend(
                orient="top",
                format="%b %Y",
                gradientLength=180,
                values=[alt.DateTime(year=end.year, month=end.month, date=1) for end in ends],
            ),
        ),
        detail=alt.Detail("cohort:N"),
        tooltip=[
            alt.Tooltip("cohort:N", title="First order"),
            alt.Tooltip("months_since_first:Q", title="Months since"),
            alt.Tooltip("lifetime_value:Q", format=",.2f", title="Lifetime value"),
            alt.Tooltip("cohort_size:Q", format=",", title="Customers"),
        ],
    )
    curves = base.mark_line(strokeWidth=2)
    points = base.mark_circle(size=36, opacity=1)
    return layered(curves, points, data=rows, height=height)


def cohorts(rows: pd.DataFrame, *, shape: str, title: str, height: int) -> alt.LayerChart:
    """Heat map by cohort and month; a month that is not over is outlined.

    ``rows``: cohort (text, ALL above the others), months_since_first, value, is_complete,
    active_customers, cohort_size.
    """
    drawn = rows.assign(so_far=rows["is_complete"].map({True: "", False: "not over yet"}))
    base = alt.Chart().encode(
        x=alt.X(
            "months_since_first:O",
            title="Months since the first order",
            axis=alt.Axis(labelAngle=0, orient="top"),
            scale=alt.Scale(paddingInner=0.06),
        ),
        y=names("cohort", alt.Scale(paddingInner=0.1)),
        tooltip=[
            alt.Tooltip("cohort:N", title="First order"),
            alt.Tooltip("months_since_first:O", title="Months since"),
            alt.Tooltip("value:Q", format=shape, title=title),
            alt.Tooltip("active_customers:Q", format=",", title="Bought in the month"),
            alt.Tooltip("cohort_size:Q", format=",", title="Customers"),
            alt.Tooltip("so_far:N", title="Month"),
        ],
    )
    known = "datum.is_complete"
    cells = base.mark_rect(cornerRadius=3, color=colours.ACTUAL).encode(
        fillOpacity=alt.FillOpacity(
            "value:Q", scale=alt.Scale(range=[LEAST, MOST], zero=False, nice=False), legend=None
        )
    )
    outlines = base.transform_filter(f"!{known}").mark_rect(
        cornerRadius=3, filled=False, strokeDash=[3, 2], stroke=colours.MUTED
    )
    # On a phone there is room for two or three digits.
    short = (
        "format(100 * datum.value, '.0f')" if shape.endswith("%") else "format(datum.value, 'd')"
    )
    narrow = f"width < {WIDE_CELL * rows['months_since_first'].nunique()}"
    words = alt.ExprRef(f"{narrow} ? {short} : format(datum.value, '{shape}')")
    figures = base.mark_text(fontSize=11, color=colours.TEXT, text=words).encode(
        opacity=either(alt.OpacityValue, known, 1, 0.65),
    )
    return layered(cells, outlines, figures, data=drawn, height=height)
