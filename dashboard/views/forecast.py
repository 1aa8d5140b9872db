"""Forecast: what is to come, how wrong it was before, what it is made of, what was odd."""

from collections.abc import Callable

import streamlit as st

from dashboard import filters, states
from dashboard.page import Page, open_page
from dashboard.views.forecast_accuracy import show_models
from dashboard.views.forecast_ahead import show_ahead
from dashboard.views.forecast_anomalies import show_anomalies
from dashboard.views.forecast_errors import show_errors
from dashboard.views.forecast_outlook import answer, look_ahead
from dashboard.views.forecast_parts import show_parts
from dashboard.views.forecast_runs import show_runs
from dashboard.views.forecast_subject import Subject, choose


def show(page: Page) -> None:
    """Draw the page."""
    subject = choose(page)
    if subject is None:
        page.answer.markdown("**Nothing is forecast yet.**")
        states.missing(
            "There is no forecast yet: 'esynapse retrain' makes one from at least two weeks of "
            "complete days, then 'esynapse transform' shows it."
        )
        return
    outlook = look_ahead(subject)
    page.answer.markdown(
        answer(outlook) if outlook else f"There is no forecast by the {subject.step.name} yet."
    )
    tabs = st.tabs(list(VIEWS), key="view", bind="query-params")
    for tab, draw in zip(tabs, VIEWS.values(), strict=True):
        if tab.open:
            with tab:
                draw(subject)


def _how_wrong(subject: Subject) -> None:
    show_errors(subject)
    show_runs(subject)


VIEWS: dict[str, Callable[[Subject], None]] = {
    "To come": show_ahead,
    "How wrong we were": _how_wrong,
    "What it is made of": show_parts,
    "Anomalies": show_anomalies,
    "Models": show_models,
}

show(
    open_page(
        "Forecast",
        "What will be sold, and how far can one trust that?",
        filters.DATES,
        filters.CATEGORIES,
    )
)
