"""How good the candidate models of Forecast are, against the seasonal naive."""

import pandas as pd
import streamlit as st

from dashboard import queries, states
from dashboard.views.forecast_subject import MEASURES, Subject, series_name

SCORES = [
    *("mase_ratio", "mase", "smape", "bias", "coverage_80", "coverage_95"),
    *("interval_scale", "cutoffs", "steps"),
]


def show_models(subject: Subject) -> None:
    """Draw the newest backtest: the candidates of the series, and what is served elsewhere."""
    rows = subject.page.connection.query(queries.ACCURACY, measure=MEASURES[subject.measure])
    grain = rows[rows["granularity"] == subject.step.granularity]
    with st.container(border=True):
        st.subheader(f"The candidates · {series_name(subject.series)}, by {subject.step.name}")
        mine = grain[grain["series_id"] == subject.series]
        if mine.empty:
            states.missing("No backtest yet: it needs more complete days than a forecast.")
            return
        _table(mine, ["served"])
        st.caption(
            "Rolling-origin backtest of the newest run. Below 1 against the naive is better than "
            "the same step of the week before. Bands are as the model gives them; the published "
            "ones are wider or narrower by the scale."
        )
    with st.container(border=True):
        st.subheader("What is served, by series")
        served = rows[rows["is_served"]]
        _table(served, ["series", "granularity", "verdict"])
        st.caption(naive_series(served))


def naive_series(served: pd.DataFrame) -> str:
    """Which series the seasonal naive serves, in a sentence."""
    naive = served[served["is_fallback"]]
    if naive.empty:
        return "On no series did the seasonal naive beat every other candidate."
    names = [
        f"{series_name(series)} ({granularity})"
        for series, granularity in zip(naive["series_id"], naive["granularity"], strict=True)
    ]
    return (
        f"⚠️ {len(naive)} of {len(served)} series are served by the seasonal naive, which no other "
        f"candidate beat there: {', '.join(names)}."
    )


def _table(rows: pd.DataFrame, first: list[str]) -> None:
    number = st.column_config.NumberColumn
    st.dataframe(
        rows.assign(
            series=rows["series_id"].map(series_name),
            served=rows["is_served"].map({True: "✅ served", False: ""}),
            verdict=rows["is_fallback"].map({True: "⚠️ naive", False: "✅ model"}),
        ),
        hide_index=True,
        height="content",
        column_order=[*first, *SCORES, "model"],
        column_config={
            "series": "Series",
            "granularity": "Grain",
            "model": "Model",
            "served": "Served",
            "verdict": "Served by",
            "mase_ratio": number(
                "Against naive", format="%.2f", help="MASE ÷ MASE of seasonal naive; below 1 wins."
            ),
            "mase": number("MASE", format="%.2f", help="Mean absolute scaled error."),
            "smape": number("sMAPE", format="percent"),
            "bias": number("Bias", format="percent", help="Above 0: forecast too much."),
            "coverage_80": number("In 80 %", format="percent", help="Within the band."),
            "coverage_95": number("In 95 %", format="percent", help="Within the band."),
            "interval_scale": number(
                "Band ×", format="%.2f", help="What the band is re-scaled by, from past errors."
            ),
            "cutoffs": number("Backtests", help="Past cutoffs that were forecast from."),
            "steps": number("Steps", help="Steps compared, over all backtests."),
        },
    )
