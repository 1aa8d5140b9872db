"""Layers of one chart, without the copies that alt.layer makes of each of them, twice."""

from typing import Any

import altair as alt


def layered(*layers: alt.Chart, **properties: Any) -> alt.LayerChart:
    """``layers`` over each other, the last on top; what they share stands in ``properties``.

    As alt.layer for layers that have no height, width or view of their own.
    """
    chart = alt.LayerChart(**properties)
    chart.layer = list(layers)
    return chart


def with_params(chart: Any, *params: alt.Parameter) -> Any:
    """A chart that has ``params``, of a layered one the first layer, as its add_params."""
    if isinstance(chart, alt.LayerChart):
        first, *others = chart.layer
        chart.layer = [first.add_params(*params), *others]
        return chart
    return chart.add_params(*params)
