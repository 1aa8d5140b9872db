"""The way to a purchase: how many go on at each step, and what becomes of a hundred."""

import altair as alt
import pandas as pd

from dashboard import colours
from dashboard.charts.axes import colour_of
from dashboard.charts.layers import layered

BAR, GAP = 1.0, 1.15
"""Heights of a step and of the way to the next, in units of the y axis."""
INSIDE = 0.35
"""A bar that is at least such a part of the widest has its figure inside."""
PALE = 0.55
"""Opacity of the first step: the largest by far, and not the one that matters."""
SIDE = 10
"""Squares in a row of the hundred."""


def funnel(rows: pd.DataFrame, palette: dict[str, str]) -> alt.LayerChart:
    """Steps as centred bars, true to scale; between them, who goes on and who ends there.

    Ticks at the ends of a bar mark the period before.
    ``rows``: step (a key of ``palette``), sessions, previous (may be null), label, goes_on, ends:
    what is written, of the last step empty.
    """
    top = pd.Series(range(len(rows)), index=rows.index) * (BAR + GAP)
    half, before = rows["sessions"] / 2, rows["previous"].astype(float) / 2
    widest = max(half.max(), before.fillna(0).max())
    placed = rows.assign(
        top=top,
        bottom=top + BAR,
        left=-half,
        right=half,
        opacity=[PALE, *[1.0] * (len(rows) - 1)],
    )
    names = "".join(
        f"datum.value == {at + BAR / 2} ? '{step}' : "
        for step, at in zip(rows["step"], top, strict=True)
    )
    y = alt.Y(
        "top:Q",
        title=None,
        scale=alt.Scale(domain=[top.iloc[-1] + BAR, 0], nice=False, zero=False),
        axis=alt.Axis(
            values=(top + BAR / 2).tolist(),
            labelExpr=f"{names}''",
            labelFontSize=13,
            labelPadding=8,
            grid=False,
        ),
    )
    x = alt.X(
        "left:Q", axis=None, scale=alt.Scale(domain=[-widest, widest], nice=False, zero=False)
    )
    bars = (
        alt.Chart(placed)
        .mark_rect(cornerRadius=4)
        .encode(
            x=x,
            x2=alt.X2("right:Q"),
            y=y,
            y2=alt.Y2("bottom:Q"),
            color=colour_of("step", palette, legend=False),
            opacity=alt.Opacity("opacity:Q", scale=None),
            tooltip=[
                alt.Tooltip("step:N", title="Step"),
                alt.Tooltip("sessions:Q", format=",", title="Visits"),
                alt.Tooltip("previous:Q", format=",", title="Period before"),
            ],
        )
    )
    ends = pd.concat([placed.assign(left=-before), placed.assign(left=before)])
    ends = ends[["left", "top", "bottom"]].dropna()
    ticks = (
        alt.Chart(ends)
        .mark_rule(color=colours.MUTED, strokeWidth=2)
        .encode(x=alt.X("left:Q"), y=alt.Y("top:Q"), y2=alt.Y2("bottom:Q"))
    )
    layers = [_slopes(placed, x, y), bars, *([ticks] if len(ends) else []), _words(placed, widest)]
    return layered(*layers, height=300)


def _slopes(placed: pd.DataFrame, x: alt.X, y: alt.Y) -> alt.Chart:
    """From the foot of each bar to the head of the next."""
    feet = placed.iloc[:-1].assign(top=placed["bottom"].iloc[:-1])
    heads = placed.iloc[1:].assign(step=placed["step"].iloc[:-1].to_numpy())
    return (
        alt.Chart(pd.concat([feet, heads])[["step", "top", "left", "right"]])
        .mark_area(orient="horizontal", opacity=0.16, color=colours.MUTED)
        .encode(x=x, x2=alt.X2("right:Q"), y=y, detail=alt.Detail("step:N"))
    )


def _words(placed: pd.DataFrame, widest: float) -> alt.Chart:
    """The figure of each bar, in it or beside it, and what is written between two of them."""
    inside = placed["right"] >= INSIDE * widest
    figures = pd.DataFrame(
        {
            "words": placed["label"],
            "top": placed["top"] + BAR / 2,
            "left": placed["right"].where(~inside, 0.0),
            "align": inside.map({True: "center", False: "left"}),
            "dx": inside.map({True: 0, False: 10}),
            "size": 14.0,
            "weight": 600,
        }
    )
    between = placed["bottom"] + GAP / 2
    sides = [
        pd.DataFrame({"words": placed[column], "top": between}).assign(
            left=at, align=align, dx=0, size=12.5, weight=weight
        )
        for column, at, align, weight in (
            ("goes_on", -widest, "left", 400),
            ("ends", widest, "right", 600),
        )
    ]
    words = pd.concat([figures, *sides])
    style = {
        option: alt.ExprRef(f"datum.{column}")
        for option, column in (
            ("align", "align"),
            ("dx", "dx"),
            ("fontSize", "size"),
            ("fontWeight", "weight"),
        )
    }
    return (
        alt.Chart(words[words["words"] != ""])
        .mark_text(color=colours.TEXT, **style)
        .encode(x=alt.X("left:Q"), y=alt.Y("top:Q"), text=alt.Text("words:N"))
    )


def of_hundred(rows: pd.DataFrame, palette: dict[str, str]) -> alt.Chart:
    """A hundred squares, row by row from the top.

    ``rows``: kind (a key of ``palette``), squares (100 in all), share; in the order drawn.
    """
    squares = rows.loc[rows.index.repeat(rows["squares"])]
    at = pd.Series(range(len(squares)), index=squares.index)
    placed = squares.assign(
        row=at // SIDE,
        column=at % SIDE,
        opacity=(squares["kind"] == rows["kind"].iloc[0]).map({True: PALE, False: 1.0}),
    )
    return (
        alt.Chart(placed)
        .mark_rect(cornerRadius=3)
        .encode(
            x=alt.X("column:O", axis=None, scale=alt.Scale(paddingInner=0.14)),
            y=alt.Y("row:O", axis=None, scale=alt.Scale(paddingInner=0.2)),
            color=colour_of("kind", palette, columns=1, symbol="square"),
            opacity=alt.Opacity("opacity:Q", scale=None),
            tooltip=[
                alt.Tooltip("kind:N", title="Of 100 visits"),
                alt.Tooltip("share:Q", format=".2%", title="Share"),
            ],
        )
        .properties(height=330)
    )
