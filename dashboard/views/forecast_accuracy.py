"""How good the candidate models of Forecast are, against the seasonal naive."""

import pandas as pd
import streamlit as st

from dashboard import queries, states
from dashboard.panel import panel
from dashboard.views.forecast_subject import MEASURES, Subject, series_name
from esynapse.pipeline.mart_docs import meaning

SCORES = {
    "mase_ratio": ("Against naive", "%.2f"),
    "mase": ("MASE", "%.2f"),
    "smape": ("sMAPE", "percent"),
    "bias": ("Bias", "percent"),
    "coverage_80": ("In 80 %", "percent"),
    "coverage_95": ("In 95 %", "percent"),
    "interval_scale": ("Band ×", "%.2f"),
    "cutoffs": ("Backtests", None),
    "steps": ("Steps", None),
}
"""Their title and format, in the order of the columns."""


def show_models(subject: Subject) -> None:
    """Draw the newest backtest: the candidates of the series, and what is served elsewhere."""
    rows = subject.page.connection.query(queries.ACCURACY, measure=MEASURES[subject.measure])
    grain = rows[rows["granularity"] == subject.step.granularity]
    title = f"The candidates: {series_name(subject.series)}, by {subject.step.name}"
    with panel(title, "candidates", about=_meaning("is_served")) as card:
        mine = grain[grain["series_id"] == subject.series]
        if mine.empty:
            states.missing("No backtest yet: it needs more complete days than a forecast.")
            return
        card.offer(mine)
        _table(mine, ["served"])
        st.caption(
            "Rolling-origin backtest of the newest run. Below 1 against the naive is better than "
            "the same step of the week before. Bands are as the model gives them; the published "
            "ones are wider or narrower by the scale."
        )
    with panel("What is served, by series", "served", about=_meaning("is_fallback")) as card:
        served = rows[rows["is_served"]]
        card.offer(served)
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
        f":material/warning: {len(naive)} of {len(served)} series are served by the seasonal "
        f"naive, which no other candidate beat there: {', '.join(names)}."
    )


def _table(rows: pd.DataFrame, first: list[str]) -> None:
    st.dataframe(
        rows.assign(
            series=rows["series_id"].map(series_name),
            served=rows["is_served"].map({True: "✓ served", False: ""}),
            verdict=rows["is_fallback"].map({True: "● naive", False: "✓ model"}),
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
            **{
                column: st.column_config.NumberColumn(name, format=shape, help=_meaning(column))
                for column, (name, shape) in SCORES.items()
            },
        },
    )


def _meaning(column: str) -> str:
    return meaning("forecast_accuracy", column)
