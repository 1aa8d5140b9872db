"""The kept runs of Forecast: what each said, beside what happened."""

import pandas as pd
import streamlit as st

from dashboard import charts, states
from dashboard.views.forecast_subject import Subject


def show_runs(subject: Subject) -> None:
    """Draw them all as a table, and one of them as a chart."""
    with st.container(border=True):
        st.subheader("What was forecast, and what happened")
        runs = subject.runs()
        known = runs[runs["known"] > 0].reset_index(drop=True)
        if known.empty:
            states.missing(
                f"No forecast {subject.step.name} is over yet: come back after the next."
            )
            return
        left, right = st.columns([5, 4])
        with left:
            _table(subject, known)
        with right:
            _one_run(subject, known)


def _table(subject: Subject, known: pd.DataFrame) -> None:
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
                help=f"The first {subject.step.name} not known.",
            ),
            "kind": st.column_config.TextColumn(
                "Made", help="A backtest was made later, as of that time."
            ),
            "known": st.column_config.NumberColumn(f"{subject.step.name.capitalize()}s over"),
            "wape": st.column_config.NumberColumn("Off by", format="percent"),
            "bias": st.column_config.NumberColumn(
                "Bias", format="percent", help="Above 0: forecast too much."
            ),
            "coverage": st.column_config.NumberColumn(
                "In the band", format="percent", help="Share of steps inside the interval."
            ),
        },
    )
    st.caption("Off by: the sum of |forecast − actual| ÷ the sum of |actual|.")


def _one_run(subject: Subject, known: pd.DataFrame) -> None:
    cutoffs = subject.page.local(known["cutoff"])
    labels = {
        f"From {cutoffs.iloc[at]:{subject.step.stamp}} · run {at + 1}": run
        for at, run in enumerate(known["run_at"])
    }
    most = int(known["known"].to_numpy().argmax())
    label = st.selectbox("Run", list(labels), index=most, key=f"run_{subject.step.name}")
    predicted = subject.forecast(labels[label])
    predicted = predicted[predicted["actual_value"].notna()]
    st.altair_chart(
        charts.forecast(
            predicted.assign(value=predicted["actual_value"]),
            predicted,
            time="step",
            title=subject.axis,
            hourly=subject.is_hourly,
            height=280,
        )
    )
