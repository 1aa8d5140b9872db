"""From a chart to what the browser draws: our look on it, and no more work than that takes."""

from contextvars import ContextVar
from typing import Any

import altair as alt
import pandas as pd
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


_frames: ContextVar[dict[str, pd.DataFrame] | None] = ContextVar("frames", default=None)


def to_spec(chart: Any) -> dict[str, Any]:
    """The Vega-Lite of ``chart`` in our look, its rows beside it as ``datasets``: name to frame.

    Frames are named by their order in the chart, not by what is in them: a chart of other rows is
    then the same chart, which the browser fills anew rather than builds anew.

    Altair checks it against its schema in tests alone: that takes as long as all the rest.
    """
    frames: dict[str, pd.DataFrame] = {}
    token = _frames.set(frames)
    try:
        spec: dict[str, Any] = chart.to_dict(validate=schemapi.DEBUG_MODE)
    finally:
        _frames.reset(token)
    return spec | {"config": CONFIG, "padding": PADDING, "datasets": frames}


def _beside(frame: Any) -> Any:
    """What Altair puts in the place of a chart's rows: a name, within to_spec."""
    frames = _frames.get()
    if frames is None:
        return alt.default_data_transformer(frame)
    name = next((name for name, known in frames.items() if known is frame), f"rows_{len(frames)}")
    frames[name] = frame
    return {"name": name}


alt.data_transformers.register("beside", _beside)
alt.data_transformers.enable("beside")
