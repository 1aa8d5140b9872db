"""The kept runs of Forecast: what each said, beside what happened."""

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from dashboard import charts, states
from dashboard.panel import Panel, panel
from dashboard.views.forecast_subject import Subject
from esynapse.pipeline.mart_docs import meaning

MART = {"daily": "daily_forecast_vs_actual", "hourly": "hourly_forecast_vs_actual"}


def show_runs(subject: Subject) -> None:
    """Draw them all as a table, and one of them as a chart."""
    with panel("What was forecast, and what happened", "runs") as card:
        runs = subject.runs()
        known = runs[runs["known"] > 0].reset_index(drop=True)
        if known.empty:
            states.missing(
                f"No forecast {subject.step.name} is over yet: come back after the next."
            )
            return
        left, right = st.columns([5, 4])
        with left:
            _table(subject, card, known)
        with right:
            _one_run(subject, card, known)


def _table(subject: Subject, card: Panel, known: pd.DataFrame) -> None:
    card.offer(known, "all")
    st.dataframe(
        known.assign(
            cutoff=subject.page.local(known["cutoff"]),
            kind=known["is_backtest"].map({True: "Backtest", False: "Forecast"}),
        ),
        hide_index=True,
        height="content" if len(known) <= 9 else 340,
        column_order=["cutoff", "kind", "known", "wape", "bias", "coverage"],
        column_config={
            "cutoff": st.column_config.DatetimeColumn(
                "From",
                format="YYYY-MM-DD HH:mm" if subject.is_hourly else "YYYY-MM-DD",
                help=meaning(MART[subject.step.granularity], "cutoff"),
            ),
            "kind": st.column_config.TextColumn(
                "Made", help=meaning(MART[subject.step.granularity], "is_backtest")
            ),
            "known": st.column_config.NumberColumn(f"{subject.step.name.capitalize()}s over"),
            "wape": _share("Off by", "wape"),
            "bias": _share("Bias", "bias"),
            "coverage": _share("In the band", "coverage"),
        },
    )


def _share(title: str, column: str) -> ColumnConfig:
    return st.column_config.NumberColumn(
        title, format="percent", help=meaning("forecast_accuracy_by_lead", column)
    )


def _one_run(subject: Subject, card: Panel, known: pd.DataFrame) -> None:
    cutoffs = subject.page.local(known["cutoff"])
    labels = {
        f"From {cutoffs.iloc[at]:{subject.step.stamp}} · run {at + 1}": run
        for at, run in enumerate(known["run_at"])
    }
    most = int(known["known"].to_numpy().argmax())
    label = st.selectbox("Run", list(labels), index=most, key=f"run_{subject.step.name}")
    predicted = subject.forecast(labels[label])
    predicted = predicted[predicted["actual_value"].notna()]
    card.chart(
        charts.forecast(
            predicted.assign(value=predicted["actual_value"]),
            predicted,
            time="step",
            title=subject.axis,
            hourly=subject.is_hourly,
            height=280,
        ),
        predicted,
        name="one",
        alt_text="What the run said, and what came",
    )
