"""Prefect on the pipeline page: what ran, what comes next, what is deployed."""

import pandas as pd
import streamlit as st

from dashboard import prefect_api, states
from dashboard.page import Page
from dashboard.prefect_api import PrefectError
from esynapse.settings import load_settings


@st.fragment(run_every="10s")
def show_prefect(page: Page) -> None:
    """Draw it, anew every ten seconds."""
    st.subheader("Prefect")
    api_url = load_settings().prefect_api_url
    try:
        plans = prefect_api.deployments(api_url)
        past = prefect_api.flow_runs(api_url, coming=False)
        coming = prefect_api.flow_runs(api_url, coming=True)
    except PrefectError as error:
        states.missing(
            f"Prefect's server at {api_url} does not answer ({error}). 'esynapse up' starts it; "
            "the marts above do not need it."
        )
        return
    left, right = st.columns([3, 2])
    with left:
        st.markdown("**Runs**")
        _runs(page, past, "No run has begun yet.")
    with right:
        st.markdown("**Next**")
        _runs(page, coming.drop(columns="seconds"), "No run is scheduled.")
        st.markdown("**Deployments**")
        if plans.empty:
            states.missing("Nothing is deployed: 'prefect --no-prompt deploy --all'.")
            return
        st.dataframe(
            plans,
            hide_index=True,
            height="content",
            column_config={
                "name": "Deployment",
                "schedule": "Schedule",
                "active": st.column_config.CheckboxColumn("Active"),
            },
        )


def _runs(page: Page, runs: pd.DataFrame, nothing: str) -> None:
    if runs.empty:
        states.missing(nothing)
        return
    st.dataframe(
        runs.assign(at=page.local(runs["at"])),
        hide_index=True,
        height="content",
        column_config={
            "flow": "Flow",
            "state": "State",
            "at": st.column_config.DatetimeColumn("Start", format="MM-DD HH:mm:ss"),
            "seconds": st.column_config.NumberColumn("Seconds", format="%.1f"),
        },
    )
