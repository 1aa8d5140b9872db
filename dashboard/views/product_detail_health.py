"""Why the health of a product is what it is."""

import pandas as pd
import streamlit as st

from dashboard import charts, health, states
from dashboard.panel import panel
from esynapse.pipeline.mart_docs import meaning


def show_health(product: pd.Series, parts: pd.DataFrame) -> None:
    """Draw it. ``parts``: health.parts_of the product."""
    about = meaning("product_health_score", "health_score")
    with panel("Why its health is what it is", "why", about=about, height="stretch") as card:
        if parts.empty:
            states.missing("A score needs at least one of views, sales, refunds, stock or reviews.")
            return
        label = (
            parts["part"]
            + parts["weight"].map(" · {:.0%}|".format).str.replace("%", " %")
            + parts["measured"]
            + ", middle "
            + parts["middle"]
        )
        card.chart(
            charts.health_parts(parts.assign(label=label)),
            parts,
            alt_text="The parts of its health, from the worst of its category to the best",
        )
        moved = " ".join(health.signed(points) for points in parts["points"])
        st.caption(
            f"50 {moved} = **{product['health_score']:.0f}**. Each part is its place in its "
            "category; thicker bars weigh more."
        )
