"""How the pictures look: the dashboard's colours on a light ground, and small files."""

import io
from pathlib import Path

import altair as alt
import pandas as pd
from PIL import Image

from dashboard import colours
from dashboard.charts.axes import colour_of

INK = "#14202c"
SIMULATED, TARGET, PLANTED = "simulated", "target", "planted"
PALETTE = {SIMULATED: colours.ACTUAL, TARGET: INK}
TRUTH_PALETTE = {SIMULATED: colours.ACTUAL, PLANTED: INK}
HEIGHT = 230
"""Of a panel, in pixels. The panels of a picture are together about 720 wide."""

_FONT = "Liberation Sans"
"""Comes with the renderer, so that no picture depends on a machine's fonts."""
_SHARPNESS = 2
_SHADES = 256


def series(rows: pd.DataFrame, name: str, palette: dict[str, str] = PALETTE) -> alt.Chart:
    """A chart of ``rows`` without a mark yet, in the colour of ``name`` and named in the legend."""
    return alt.Chart(rows.assign(series=name)).encode(color=colour_of("series", palette))


def panel(chart: alt.LayerChart, title: str, width: int, height: int = HEIGHT) -> alt.LayerChart:
    """A part of a picture, with what it shows above it."""
    return chart.properties(title=title, width=width, height=height)


def picture(title: str, note: str, *panels: alt.LayerChart) -> alt.HConcatChart:
    """Panels side by side below a sentence that says what they show."""
    return alt.hconcat(*panels, spacing=26, title=alt.Title(title, subtitle=note))


def save(chart: alt.TopLevelMixin, path: Path) -> int:
    """Write ``chart`` as a PNG of a limited number of colours; its size in bytes."""
    looked = (
        chart.configure(font=_FONT, background="white")
        .configure_view(stroke=None)
        .configure_concat(spacing=20)
        .configure_title(
            anchor="start", fontSize=12, fontWeight="normal", color=INK, subtitleColor="#5c6875"
        )
        .configure_axis(
            labelColor="#3a4653",
            titleColor="#3a4653",
            titleFontWeight="normal",
            gridColor="#e8ecf0",
            domain=False,
            tickColor="#c8d0d8",
        )
        .configure_axisYQuantitative(labelFlush=True)
        .configure_legend(labelFontSize=12, labelColor="#3a4653", symbolOpacity=1)
    )
    rendered = io.BytesIO()
    looked.save(rendered, format="png", scale_factor=_SHARPNESS)
    image = Image.open(rendered).convert("RGB")
    image.quantize(_SHADES, dither=Image.Dither.NONE).save(path, optimize=True)
    return path.stat().st_size
