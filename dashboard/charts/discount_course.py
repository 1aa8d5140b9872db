"""Units ÷ expected units by day, before, during and after a discount."""

import altair as alt
import pandas as pd

from dashboard import colours
from dashboard.charts.layers import layered

PHASES = {"before": colours.ACTUAL, "during": colours.PROMOTION, "after": colours.ACTUAL}


def lift_by_day(rows: pd.DataFrame, *, during: int) -> alt.LayerChart:
    """The mean course of a discount, with its interval; 1 is what was to be expected.

    ``rows``: phase, step (see queries.DISCOUNT_COURSE), ratio, lower, upper, periods.
    ``during``: days of a discount that are drawn.
    """
    placed = rows.assign(
        at=rows["step"].where(rows["phase"] != "after", rows["step"] + during),
        when=[_when(*each) for each in zip(rows["phase"], rows["step"], strict=True)],
    )
    base = alt.Chart().encode(
        x=alt.X("at:Q", title=None, axis=_axis(during), scale=alt.Scale(nice=False, padding=8)),
        color=alt.Color(
            "phase:N",
            scale=alt.Scale(domain=list(PHASES), range=list(PHASES.values())),
            legend=None,
        ),
    )
    y = alt.Y(
        "ratio:Q",
        title="Units ÷ expected units",
        axis=alt.Axis(labelExpr="'×' + datum.label", tickCount=6),
        scale=alt.Scale(zero=False, nice=True),
    )
    band = base.mark_area(opacity=0.2).encode(
        y=alt.Y("lower:Q", scale=alt.Scale(zero=False)), y2=alt.Y2("upper:Q")
    )
    line = base.mark_line(strokeWidth=2.5).encode(y=y)
    points = base.mark_circle(size=55, fillOpacity=1).encode(
        y=y,
        tooltip=[
            alt.Tooltip("when:N", title="Day"),
            alt.Tooltip("ratio:Q", format=".2f", title="Units ÷ expected"),
            alt.Tooltip("lower:Q", format=".2f", title="Interval from"),
            alt.Tooltip("upper:Q", format=".2f", title="to"),
            alt.Tooltip("units:Q", format=",", title="Units"),
            alt.Tooltip("expected:Q", format=",.0f", title="Expected"),
            alt.Tooltip("periods:Q", format=",", title="Periods"),
        ],
    )
    sale = alt.Data(values=[{"from": -0.5, "to": during - 0.5, "label": "On sale"}])
    ground = alt.Chart(sale).encode(x=alt.X("from:Q"), x2=alt.X2("to:Q"))
    shade = ground.mark_rect(color=colours.PROMOTION, opacity=0.08)
    name = (
        alt.Chart(sale)
        .mark_text(align="left", baseline="bottom", dy=-5, fontSize=12, color=colours.PROMOTION)
        .encode(x=alt.X("from:Q"), y=alt.YValue(0), text=alt.Text("label:N"))
    )
    one = (
        alt.Chart(alt.Data(values=[{"y": 1}]))
        .mark_rule(strokeDash=[4, 4], color=colours.MUTED)
        .encode(y=alt.Y("y:Q"))
    )
    layers = (shade, one, band, line, points, name)
    return layered(*layers, data=placed, height=320)


def _axis(during: int) -> alt.Axis:
    words = {-7: "7 before", 0: "first day", during - 1: f"day {during}"}
    words |= {during + 1: "1 after", during + 7: "7 after", during + 14: "14 after"}
    pairs = "".join(f"datum.value == {at} ? '{word}' : " for at, word in words.items())
    return alt.Axis(
        values=list(words), labelExpr=f"{pairs}''", grid=False, labelOverlap=True, labelSeparation=6
    )


def _when(phase: str, step: int) -> str:
    match phase:
        case "during":
            return f"Day {step + 1} of the discount"
        case "before":
            return f"{-step} days before" if step < -1 else "The day before"
        case _:
            return f"{step} days after the end" if step > 1 else "The day after the end"
