"""What a page shows when there is nothing to show: what is missing, and what to do about it."""

import streamlit as st

from dashboard.connection import WarehouseConnection

HOW_TO_START = """
**There are no published marts yet.**

The dashboard reads tables that the pipeline publishes after a green build. To make them:

- `esynapse up` simulates a shop and starts everything, or
- `esynapse import PATH --map FILE` and then `esynapse transform` takes your own events.

This page looks again every few seconds.
"""


def missing(what: str) -> None:
    """Say inside a card what is not there, and why."""
    st.info(what, icon=":material/inbox:")


def no_rows_for_filters() -> None:
    """The usual reason for an empty view."""
    missing("Nothing in these dates, categories and discount period: widen the filters.")


def nothing_of(metric: str) -> str:
    """Why a metric is nowhere above zero."""
    if metric == "Views":
        return "No view_item events in this selection: views cannot be counted."
    return f"No {metric.lower()} in this selection."


@st.fragment(run_every="5s")
def wait_for_marts(connection: WarehouseConnection) -> None:
    """Ask for patience, and start over when the marts are there."""
    if connection.version():
        st.rerun()
    st.info(HOW_TO_START, icon=":material/hourglass_top:")
