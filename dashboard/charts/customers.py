"""Charts of customers: segments, and cohorts by month since the first order."""

import altair as alt
import pandas as pd

from dashboard import colours
from dashboard.charts.axes import amount_axis, colour_of, name_axis, percent_axis

SHARES = {"Customers": colours.LIGHT, "Net revenue": colours.ACTUAL}
OLDEST, NEWEST = "#2b64a3", "#a9cbee"


def segments(rows: pd.DataFrame) -> alt.LayerChart:
    """Two bars for each segment: its share of the customers and of what all of them brought.

    ``rows``: segment, measure (a key of SHARES), share; in the order in which they are drawn.
    """
    order = rows["segment"].drop_duplicates().tolist()
    base = alt.Chart(rows).encode(
        y=alt.Y("segment:N", sort=order, title=None, axis=name_axis()),
        yOffset=alt.YOffset("measure:N", sort=list(SHARES)),
        x=alt.X("share:Q", title="Share of all", axis=percent_axis()),
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
    return (bars + figures).properties(height=34 * len(order) + 60)


def lifetime_values(rows: pd.DataFrame, title: str) -> alt.LayerChart:
    """What a customer of each cohort has brought by the end of each month; the newer the lighter.

    ``rows``: cohort (text), cohort_month, months_since_first, lifetime_value, cohort_size.
    """
    order = rows.sort_values("cohort_month")["cohort"].drop_duplicates().tolist()
    base = alt.Chart(rows).encode(
        x=alt.X(
            "months_since_first:Q",
            title="Months since the first order",
            axis=alt.Axis(format="d", tickMinStep=1),
        ),
        y=alt.Y(
            "lifetime_value:Q",
            title=title,
            axis=amount_axis(),
            scale=alt.Scale(zero=False, nice=True),
        ),
        color=alt.Color(
            "cohort:O",
            sort=order,
            title=None,
            scale=alt.Scale(domain=order, range=_shades(len(order))),
            legend=alt.Legend(orient="top", columns=6, symbolType="stroke", symbolStrokeWidth=3),
        ),
        tooltip=[
            alt.Tooltip("cohort:O", title="First order"),
            alt.Tooltip("months_since_first:Q", title="Months since"),
            alt.Tooltip("lifetime_value:Q", format=",.2f", title="Lifetime value"),
            alt.Tooltip("cohort_size:Q", format=",", title="Customers"),
        ],
    )
    curves = base.mark_line(strokeWidth=2.5)
    points = base.mark_circle(size=45, opacity=1)
    return (curves + points).properties(height=300)


def cohorts(rows: pd.DataFrame) -> alt.LayerChart:
    """Heat map of retention. ``rows``: cohort (text), months_since_first, retention_rate."""
    base = alt.Chart(rows).encode(
        x=alt.X(
            "months_since_first:O",
            title="Months since the first order",
            axis=alt.Axis(labelAngle=0),
        ),
        y=alt.Y("cohort:N", sort=None, title="First order", axis=name_axis()),
        tooltip=[
            alt.Tooltip("cohort:N", title="Cohort"),
            alt.Tooltip("months_since_first:O", title="Months since"),
            alt.Tooltip("retention_rate:Q", format=".1%", title="Bought again"),
            alt.Tooltip("active_customers:Q", format=",", title="Customers"),
            alt.Tooltip("cohort_size:Q", format=",", title="Of"),
        ],
    )
    cells = base.mark_rect(cornerRadius=3).encode(
        color=alt.Color(
            "retention_rate:Q",
            title="Share",
            scale=alt.Scale(range=["#e4edf7", "#7fb0de"], nice=False),
            legend=None,
        )
    )
    figures = base.mark_text(fontSize=11, color="#14202c").encode(
        text=alt.Text("retention_rate:Q", format=".0%")
    )
    return (cells + figures).properties(height=34 * rows["cohort"].nunique() + 100)


def _shades(count: int) -> list[str]:
    """From OLDEST to NEWEST in even steps."""
    ends = [[int(colour[at : at + 2], 16) for at in (1, 3, 5)] for colour in (OLDEST, NEWEST)]
    steps = [at / max(count - 1, 1) for at in range(count)]
    return [
        "#" + "".join(f"{round(a + (b - a) * step):02x}" for a, b in zip(*ends, strict=True))
        for step in steps
    ]
