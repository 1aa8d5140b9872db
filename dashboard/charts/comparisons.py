"""Charts that compare: ranks and points."""

from collections.abc import Sequence

import altair as alt
import pandas as pd

from dashboard import colours
from dashboard.charts.axes import amount_axis, colour_of, either, names
from dashboard.charts.chosen import brings_out, with_chosen
from dashboard.charts.layers import layered


def ranked_bars(
    rows: pd.DataFrame,
    *,
    label: str,
    value: str,
    title: str,
    palette: dict[str, str] | str,
    shape: str = "~s",
    height: int | None = None,
    longest_first: bool = True,
    chosen: Sequence[str] = (),
) -> alt.LayerChart:
    """Horizontal bars, longest first or as given, each with its figure at the end.

    Args:
        chosen: labels to bring out, the others faded; none brings out all.
    """
    colour = (
        alt.ColorValue(palette)
        if isinstance(palette, str)
        else colour_of(label, {k: palette.get(k, colours.MUTED) for k in rows[label]}, legend=False)
    )
    ranked = rows.sort_values(value, ascending=False) if longest_first else rows
    base = alt.Chart(with_chosen(ranked, label, chosen)).encode(
        y=names(label),
        x=alt.X(f"{value}:Q", title=title, axis=alt.Axis(format=shape, tickCount=4)),
        tooltip=[
            alt.Tooltip(f"{label}:N", title="Name"),
            alt.Tooltip(f"{value}:Q", format=shape, title=title),
        ],
    )
    bars = base.mark_bar(cornerRadiusEnd=3).encode(color=colour, opacity=brings_out())
    figures = base.mark_text(align="left", dx=4, color=colours.MUTED).encode(
        text=alt.Text(f"{value}:Q", format=shape)
    )
    return layered(bars, figures, height=height or max(120, 30 * len(rows) + 30))


def changes(rows: pd.DataFrame, *, label: str, value: str, title: str) -> alt.Chart:
    """Horizontal bars to both sides of zero, in the order of ``rows``; what fell in another colour.

    ``rows`` also have ``now`` and ``before``.
    """
    return (
        alt.Chart(rows)
        .mark_bar(cornerRadiusEnd=3)
        .encode(
            y=names(label),
            x=alt.X(f"{value}:Q", title=title, axis=amount_axis(tickCount=5)),
            color=either(alt.ColorValue, f"datum.{value} >= 0", colours.ACTUAL, colours.PROMOTION),
            tooltip=[
                alt.Tooltip(f"{label}:N", title="Name"),
                alt.Tooltip("now:Q", format=",.0f", title="Now"),
                alt.Tooltip("before:Q", format=",.0f", title="Period before"),
                alt.Tooltip(f"{value}:Q", format="+,.0f", title="Change"),
            ],
        )
        .properties(height=max(120, 22 * len(rows) + 30))
    )
