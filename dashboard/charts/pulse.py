"""The live pulse: charts that are drawn anew every second or two."""

import altair as alt
import pandas as pd

from dashboard import colours
from dashboard.charts.axes import amount_axis, colour_of
from dashboard.charts.layers import layered

HEIGHT = 280


def pulse(rows: pd.DataFrame, *, labelled: str) -> alt.LayerChart:
    """Events by step of time, stacked by type, the rare ones at the bottom.

    ``rows``: at, event_type, events; every step and type, so it never jumps. ``labelled``:
    pattern of those that the axis names.
    """
    palette = {_words(name): colour for name, colour in colours.EVENT_TYPES.items()}
    order = {name: at for at, name in enumerate(palette)}
    kind = rows["event_type"].map(_words)
    steps = rows[["at", "events"]].assign(event=kind, stack_order=kind.map(order))
    bars = (
        alt.Chart()
        .mark_bar()
        .encode(
            x=_clock(labelled),
            y=alt.Y("events:Q", title="Events", axis=alt.Axis(format="~s", tickMinStep=1)),
            color=colour_of("event", palette, columns=3),
            order=alt.Order("stack_order:Q", sort="descending"),
            tooltip=[
                alt.Tooltip("at:N", title="From"),
                alt.Tooltip("event:N", title="Event"),
                alt.Tooltip("events:Q", format=",", title="Events"),
            ],
        )
    )
    return _over(bars, steps)


def pulse_total(rows: pd.DataFrame, *, title: str, labelled: str) -> alt.LayerChart:
    """Revenue by step of time. ``rows``: at, revenue."""
    bars = (
        alt.Chart()
        .mark_bar(color=colours.EVENT_TYPES["purchase"])
        .encode(
            x=_clock(labelled),
            y=alt.Y("revenue:Q", title=title, axis=amount_axis()),
            tooltip=[
                alt.Tooltip("at:N", title="From"),
                alt.Tooltip("revenue:Q", format=",.2f", title=title),
            ],
        )
    )
    return _over(bars, rows[["at", "revenue"]])


def _over(bars: alt.Chart, rows: pd.DataFrame) -> alt.LayerChart:
    """``bars`` of ``rows``, on an axis that reaches from 0 to 1 at least."""
    least = alt.Chart().mark_rule(opacity=0, aria=False).encode(y=alt.YDatum(1))
    return layered(bars, least, data=rows, height=HEIGHT)


def _clock(labelled: str) -> alt.X:
    """Steps in their order, with labels that move along with them."""
    axis = alt.Axis(
        labelExpr=f"test(regexp('{labelled}'), datum.label) ? datum.label : ''",
        labelAngle=0,
        labelOverlap="greedy",
        ticks=False,
    )
    return alt.X("at:O", sort=None, title=None, axis=axis)


def _words(name: str) -> str:
    return name.replace("_", " ")
