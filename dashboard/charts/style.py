"""What all charts have in common and Streamlit's theme says nothing of, or otherwise."""

from typing import Any


def styled(chart: Any) -> Any:
    """``chart`` with our legend, spacing and type sizes; colours of text come with the theme."""
    return (
        chart.properties(padding={"left": 0, "top": 4, "right": 4, "bottom": 0})
        .configure_legend(
            orient="top", offset=6, padding=0, labelFontSize=12, symbolSize=90, labelLimit=220
        )
        .configure_axis(labelFontSize=12, titleFontSize=12, titleFontWeight="normal")
        .configure_view(strokeWidth=0)
    )
