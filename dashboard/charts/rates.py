"""Rates: by day beside those before, and two of each name side by side."""

import json
from collections.abc import Sequence

import altair as alt
import pandas as pd

from dashboard import colours
from dashboard.charts.axes import colour_of, day_axis, names
from dashboard.charts.chosen import brings_out, with_chosen
from dashboard.charts.layers import layered

MARGIN, ROOM = 0.06, 0.42
"""Of the span of rates: before the first of them, and for the words behind the last."""


def rate_days(
    now: pd.DataFrame, before: pd.DataFrame, *, title: str, height: int = 190
) -> alt.LayerChart:
    """A rate by day or by week, the period before dotted behind it.

    ``now``, ``before``: day, rate, those before moved onto the days they are compared with; there
    may be none of them.
    """
    x = alt.X("day:T", title=None, axis=day_axis(now["day"]))
    axis = alt.Axis(format=".1~%", tickCount=4)
    y = alt.Y("rate:Q", title=None, axis=axis, scale=alt.Scale(zero=False))
    tooltip = [
        alt.Tooltip("day:T", format="%a %d %b %Y", title="From"),
        alt.Tooltip("rate:Q", format=".2%", title=title),
    ]
    behind = alt.Chart().mark_line(strokeDash=[2, 3], strokeWidth=1.5, color=colours.MUTED)
    layers = []
    if len(before):
        now = now.merge(before.rename(columns={"rate": "before"}), on="day", how="left")
        tooltip.append(alt.Tooltip("before:Q", format=".2%", title="Period before"))
        layers.append(behind.encode(x=x, y=alt.Y("before:Q")))
    base = alt.Chart().encode(x=x, y=y)
    layers.append(base.mark_line(strokeWidth=2.25, color=colours.ACTUAL))
    # Wide enough to be met by the mouse without aiming.
    layers.append(base.mark_circle(size=220, opacity=0).encode(tooltip=tooltip))
    title_line = alt.Title(title, fontSize=13, offset=8)
    return layered(*layers, data=now, height=height, title=title_line)


def dumbbells(
    rows: pd.DataFrame,
    *,
    label: str,
    ends: dict[str, tuple[str, str]],
    title: str,
    chosen: Sequence[str] = (),
) -> alt.LayerChart:
    """Two rates of each row, joined, the difference written behind them; a row can be clicked.

    Args:
        rows: in the order drawn; ``label``, the columns of ``ends``, and ``difference``, written.
        ends: column → name and colour of its points; the last one is drawn on top.
        chosen: labels to bring out, the others faded; none brings out all.
    """
    columns = list(ends)
    y = names(label)
    axis = alt.Axis(format=".1~%", tickCount=5)
    x = {"title": title, "scale": _wider(rows[columns]), "axis": axis}
    tooltip = [
        alt.Tooltip(f"{label}:N", title="Name"),
        *(alt.Tooltip(f"{column}:Q", format=".2%", title=ends[column][0]) for column in columns),
        alt.Tooltip("difference:N", title="Difference"),
    ]
    drawn = with_chosen(rows, label, chosen).assign(farthest=rows[columns].max(axis=1))
    opacity = brings_out()
    base = alt.Chart().encode(y=y, tooltip=tooltip)
    hits = base.mark_rect(opacity=0).encode(x=alt.XValue(0), x2=alt.X2Value("width"))
    joins = base.mark_rule(strokeWidth=3, color=colours.MUTED, strokeOpacity=0.45).encode(
        x=alt.X(f"{columns[0]}:Q", **x), x2=alt.X2(f"{columns[-1]}:Q"), opacity=opacity
    )
    points = (
        base.transform_fold(columns, as_=["end", "rate"])
        .transform_calculate(end=_names(ends))
        .mark_circle(size=130)
        .encode(
            x=alt.X("rate:Q", **x), color=colour_of("end", dict(ends.values())), opacity=opacity
        )
    )
    figures = base.mark_text(align="left", dx=12, fontSize=11.5, color=colours.TEXT).encode(
        x=alt.X("farthest:Q"), text=alt.Text("difference:N"), opacity=opacity
    )
    return layered(hits, joins, points, figures, data=drawn, height=28 * len(rows) + 60)


def _wider(rates: pd.DataFrame) -> alt.Scale:
    """From the least to the greatest, with room for what is written behind it."""
    least, most = rates.min().min(), rates.max().max()
    span = (most - least) or most
    return alt.Scale(domain=[least - MARGIN * span, most + ROOM * span], nice=False, zero=False)


def _names(ends: dict[str, tuple[str, str]]) -> str:
    """The names of the columns that a fold made values of, as Vega takes it."""
    return f"({json.dumps({column: name for column, (name, _) in ends.items()})})[datum.end]"
