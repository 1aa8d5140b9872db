"""The charts of Live: events and revenue by step of time."""

import pandas as pd
import streamlit as st

from dashboard import charts, live
from dashboard.page import Page
from dashboard.panel import panel
from esynapse.pipeline.mart_docs import meaning


def show_charts(page: Page, counts: pd.DataFrame, grain: live.Grain) -> None:
    """Draw them. ``counts``: of live.counts."""
    left, right = st.columns([3, 2])
    with left, panel(f"Events per {grain.per}", "live_events", height="stretch") as card:
        card.chart(
            charts.pulse(counts, labelled=grain.labelled),
            counts,
            alt_text=f"Events per {grain.per}, stacked by type",
        )
    sums = counts.groupby("at", sort=False)["revenue"].sum().reset_index()
    about = meaning("hourly_revenue", "gross_revenue")
    title = f"Gross revenue per {grain.per}"
    with right, panel(title, "live_revenue", about=about, height="stretch") as card:
        card.chart(
            charts.pulse_total(
                sums, title=f"Revenue ({page.clock.currency})", labelled=grain.labelled
            ),
            sums,
            alt_text=title,
        )
