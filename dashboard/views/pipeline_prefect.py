"""Prefect on the pipeline page: what ran, what comes next, what is deployed."""

import pandas as pd
import streamlit as st

from dashboard import formats, prefect_api, states
from dashboard.page import Page
from dashboard.panel import Panel, panel
from dashboard.prefect_api import PrefectError

ABOUT = "The scheduler that runs the flows: backfill, streamer, transform, retrain."


@st.fragment(run_every="10s")
def show_prefect(page: Page) -> None:
    """Draw it, anew every ten seconds."""
    with panel("Runs and schedules, by Prefect", "prefect", about=ABOUT) as card:
        api_url = prefect_api.address()
        try:
            plans = prefect_api.deployments(api_url)
            past = prefect_api.flow_runs(api_url, coming=False)
            coming = prefect_api.flow_runs(api_url, coming=True)
        except PrefectError as error:
            states.missing(
                f"Prefect's server at {api_url} does not answer ({error}). 'esynapse up' starts "
                "it; the marts do not need it."
            )
            return
        left, right = st.columns([3, 2])
        with left:
            st.markdown("**Runs**")
            _runs(page, card, past, "runs", "No run has begun yet.")
        with right:
            st.markdown("**Next**")
            _runs(page, card, coming.drop(columns="seconds"), "next", "No run is scheduled.")
            st.markdown("**Deployments**")
            _deployments(card, plans)


def _runs(page: Page, card: Panel, runs: pd.DataFrame, name: str, nothing: str) -> None:
    if runs.empty:
        states.missing(nothing)
        return
    card.offer(runs, name)
    st.dataframe(
        runs.assign(at=page.local(runs["at"])),
        key=f"prefect_{name}",
        hide_index=True,
        height="content",
        column_config={
            "flow": "Flow",
            "state": "State",
            "at": st.column_config.DatetimeColumn("Start", format="MM-DD HH:mm:ss"),
            "seconds": st.column_config.NumberColumn("Seconds", format="%.1f"),
        },
    )


def _deployments(card: Panel, plans: pd.DataFrame) -> None:
    if plans.empty:
        states.missing("Nothing is deployed: 'prefect --no-prompt deploy --all'.")
        return
    card.offer(plans, "deployments")
    st.dataframe(
        plans.assign(
            active=plans["active"]
            .map({True: "✓ active", False: "● paused"})
            .where(plans["schedule"] != formats.NOTHING, "by hand")
        ),
        key="prefect_deployments",
        hide_index=True,
        height="content",
        column_config={"name": "Deployment", "schedule": "Schedule", "active": "State"},
    )
