"""How wrong the forecasts of Forecast were, by how far ahead they were, and where that is going."""

from datetime import date

import pandas as pd
import streamlit as st

from dashboard import charts, formats, queries, states
from dashboard.cards import Card, show_cards
from dashboard.panel import panel
from dashboard.views.forecast_subject import Subject
from esynapse.pipeline.mart_docs import meaning

NO_CHANGE = 0.005
"""A smaller change of a share is none worth a word: half a percentage point."""
LAST_DAY = pd.Timedelta(days=6)
"""From a Monday to the Sunday of its week."""


def show_errors(subject: Subject) -> None:
    """Draw them by week, a line for each class of lead."""
    rows = subject.page.connection.query(
        queries.ACCURACY_BY_LEAD, granularity=subject.step.granularity, **subject.key
    )
    rows = rows[rows["wape"].notna()]
    if rows.empty:
        states.missing(f"No forecast {subject.step.name} is over yet: come back after the next.")
        return
    newest = newest_of_each_lead(rows, subject.page.clock.last_complete_date)
    st.markdown(verdict(newest))
    show_cards([_card(row) for _, row in newest.iterrows()])
    with panel("Off by, week by week", "errors", about=_meaning("wape")) as card:
        card.chart(
            charts.wape_by_week(rows),
            rows,
            alt_text="How wrong forecasts were by the week that was forecast, a line for each lead",
        )
        st.caption("Dashed: backtests, made later as of a past cutoff.")


def _card(row: pd.Series) -> Card:
    made = " of a backtest" if row["is_backtest"] else ""
    return Card(
        f"{row['lead']} ahead, off by",
        formats.percent(row["wape"]),
        _points(row["wape_change"]),
        compared="on the four weeks before",
        note=f"{formats.percent(row['coverage'], 0)} within the band",
        about=f"{_meaning('wape')} Week of {row['week']:%d %b %Y}, {row['forecasts']} forecasts"
        f"{made}.",
        good_up=False,
    )


def _meaning(column: str) -> str:
    return meaning("forecast_accuracy_by_lead", column)


def newest_of_each_lead(rows: pd.DataFrame, until: date | None) -> pd.DataFrame:
    """The newest week of each class that was over by then, or that began where none was.

    The nearest class comes first; of one week, a real forecast goes before a backtest.
    """
    is_over = rows["week"] + LAST_DAY <= pd.Timestamp(until or date.min)
    ordered = rows.assign(is_over=is_over).sort_values(
        ["lead_from", "is_over", "week", "is_backtest"], ascending=[True, True, True, False]
    )
    return ordered.groupby("lead_from", as_index=False).tail(1)


def verdict(newest: pd.DataFrame) -> str:
    """Whether the newest weeks were better than the four before them, in a sentence."""
    changes = newest["wape_change"].dropna()
    if changes.empty:
        return "There is no earlier week to compare with yet."
    better, worse = int((changes < -NO_CHANGE).sum()), int((changes > NO_CHANGE).sum())
    answer = "neither better nor worse"
    if better != worse:
        answer = "better" if better > worse else "worse"
    return (
        f"It is getting **{answer}**: the newest week was forecast better than the four before it "
        f"at {better}, and worse at {worse}, of {len(changes)} leads."
    )


def _points(change: float) -> str | None:
    return None if formats.is_missing(change) else f"{change * 100:.1f} pp"
