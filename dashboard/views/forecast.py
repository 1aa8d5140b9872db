"""Forecast: what is to come, how wrong it was before, what it is made of, what was odd."""

from collections.abc import Callable

import pandas as pd
import streamlit as st

from dashboard import charts, filters, formats, states
from dashboard.cards import card_row
from dashboard.page import Page, open_page
from dashboard.views.forecast_accuracy import show_models
from dashboard.views.forecast_anomalies import show_anomalies
from dashboard.views.forecast_errors import show_errors
from dashboard.views.forecast_parts import show_parts
from dashboard.views.forecast_runs import show_runs
from dashboard.views.forecast_subject import Subject, choose

HOURLY_LOOKBACK = pd.Timedelta(days=7)
DAY = {"daily": 1, "hourly": 24}
"""Steps of a day."""


def show(page: Page) -> None:
    """Draw the page."""
    subject = choose(page)
    if subject is None:
        states.missing(
            "There is no forecast yet: 'esynapse retrain' makes one from at least two weeks of "
            "complete days, then 'esynapse transform' shows it."
        )
        return
    tabs = st.tabs(list(VIEWS), key="view", bind="query-params")
    for tab, draw in zip(tabs, VIEWS.values(), strict=True):
        if tab.open:
            with tab:
                draw(subject)


def _to_come(subject: Subject) -> None:
    runs = subject.runs()
    if runs.empty:
        states.missing(f"There is no forecast by the {subject.step.name} yet.")
        return
    newest = runs.iloc[0]
    predicted = subject.forecast(newest["run_at"])
    with st.container(border=True):
        st.subheader(f"{subject.measure} of the next {len(predicted)} {subject.step.name}s")
        _cards(subject, newest, predicted)
        _chart(subject, predicted)
        st.caption(
            f"The band holds {formats.percent(predicted['confidence_level'].max(), 0)} of what "
            "happens, if the model is right. A diamond marks what was not to be expected. "
            f"{_dates_hint(subject)}Model: {newest['model']}."
        )


def _cards(subject: Subject, newest: pd.Series, predicted: pd.DataFrame) -> None:
    ahead = predicted[predicted["actual_value"].isna()]
    day = DAY[subject.step.granularity]
    cards = card_row(4)
    lengths = (24, 168) if subject.is_hourly else (7, 30)
    for card, steps in zip(cards, lengths, strict=False):
        part = ahead.head(steps)
        card.metric(
            f"Forecast, next {len(part)} {subject.step.name}s",
            subject.amount(part["value"].sum() if len(part) else None),
            border=True,
        )
    cards[2].metric(
        "Per day",
        subject.amount(ahead["value"].mean() * day if len(ahead) else None),
        border=True,
        help=f"Mean of the {subject.step.name}s forecast.",
    )
    zone = subject.page.clock.zone
    cards[3].metric(
        f"First {subject.step.name}",
        f"{newest['cutoff'].tz_convert(zone):{'%d %b %H:%M' if subject.is_hourly else '%d %b'}}",
        border=True,
        help=f"The first {subject.step.name} that the model was not shown. Run of "
        f"{newest['run_at'].tz_convert(zone):%Y-%m-%d %H:%M}.",
    )


def _chart(subject: Subject, predicted: pd.DataFrame) -> None:
    first = predicted["step"].min()
    start = pd.Timestamp(subject.page.selection.start)
    start = first - HOURLY_LOOKBACK if subject.is_hourly else min(start, first)
    odd = subject.anomalies()
    odd = odd[(odd["series_id"] == subject.series) & (odd["step"] >= start)]
    st.altair_chart(
        charts.forecast(
            subject.history(start),
            predicted,
            time="step",
            title=subject.axis,
            hourly=subject.is_hourly,
            anomalies=odd,
        )
    )


def _dates_hint(subject: Subject) -> str:
    return "" if subject.is_hourly else "The dates filter sets how much history is drawn. "


def _how_wrong(subject: Subject) -> None:
    show_errors(subject)
    show_runs(subject)


VIEWS: dict[str, Callable[[Subject], None]] = {
    "To come": _to_come,
    "How wrong we were": _how_wrong,
    "What it is made of": show_parts,
    "Anomalies": show_anomalies,
    "Models": show_models,
}

show(open_page("Forecast", "What will be sold, and how far can one trust that?", filters.DATES))
