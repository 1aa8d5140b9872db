"""From a chart to what the browser draws: our look on it, and no more work than that takes."""

from typing import Any

from altair.utils import schemapi

CONFIG = {
    "legend": {
        "orient": "top",
        "offset": 6,
        "padding": 0,
        "labelFontSize": 12,
        "symbolSize": 90,
        "labelLimit": 220,
    },
    "axis": {"labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": "normal"},
    "view": {"strokeWidth": 0},
}
"""Colours of text and grid come with Streamlit's theme."""
PADDING = {"left": 0, "top": 4, "right": 4, "bottom": 4}


def to_spec(chart: Any) -> dict[str, Any]:
    """The Vega-Lite of ``chart`` in our look, its rows inside.

    Altair checks it against its schema in tests alone: that takes as long as all the rest.
    """
    spec: dict[str, Any] = chart.to_dict(validate=schemapi.DEBUG_MODE)
    return spec | {"config": CONFIG, "padding": PADDING}
