"""How the builds of a pipeline ended, a cell for each day."""

import altair as alt
import pandas as pd

from dashboard import colours
from dashboard.charts.axes import either
from dashboard.charts.layers import layered

OUTCOMES = {
    "green": (colours.GOOD, "✓"),
    "both": (colours.PROMOTION, "!"),
    "red": (colours.WARNING, "✕"),
    "none": (colours.MUTED, ""),
}
NONE_OPACITY = 0.18


def build_strip(rows: pd.DataFrame) -> alt.LayerChart:
    """Cells with a sign each. ``rows``: day, builds, red, outcome (a key of OUTCOMES), failed."""
    days = rows["day"].dt.strftime("%d %b")
    signs = rows["outcome"].map({name: sign for name, (_, sign) in OUTCOMES.items()})
    base = alt.Chart().encode(
        x=alt.X(
            "name:O",
            sort=None,
            title=None,
            axis=alt.Axis(labelAngle=0, labelOverlap=True, ticks=False, domain=False),
            scale=alt.Scale(paddingInner=0.12, paddingOuter=0),
        ),
        tooltip=[
            alt.Tooltip("day:T", format="%a %d %b %Y", title="Day"),
            alt.Tooltip("builds:Q", title="Builds"),
            alt.Tooltip("red:Q", title="Red"),
            alt.Tooltip("failed:N", title="Failed"),
        ],
    )
    cells = base.mark_rect(cornerRadius=3).encode(
        color=alt.Color(
            "outcome:N",
            legend=None,
            scale=alt.Scale(
                domain=list(OUTCOMES), range=[colour for colour, _ in OUTCOMES.values()]
            ),
        ),
        opacity=either(alt.OpacityValue, "datum.outcome === 'none'", NONE_OPACITY, 1),
    )
    drawn = base.mark_text(color="white", fontSize=13, fontWeight="bold").encode(
        text=alt.Text("sign:N")
    )
    return layered(cells, drawn, data=rows.assign(name=days, sign=signs), height=64)
