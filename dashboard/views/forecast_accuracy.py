"""How good the models of Forecast are, against the seasonal naive."""

import streamlit as st

from dashboard import queries, states
from dashboard.page import Page


def series_name(series: str) -> str:
    """``category:Shoes`` → ``Shoes``."""
    return "Whole shop" if series == "total" else series.removeprefix("category:")


def show_accuracy(page: Page) -> None:
    """Draw the table of the newest backtest."""
    st.subheader("How good the models are")
    rows = page.connection.query(queries.ACCURACY)
    if rows.empty:
        states.missing("No backtest yet: it needs more complete days than a forecast.")
        return
    rows = rows.assign(
        series=rows["series_id"].map(series_name),
        verdict=[
            "⚠️ seasonal naive" if fallback else "✅ model" for fallback in rows["is_fallback"]
        ],
    )
    st.dataframe(
        rows,
        hide_index=True,
        height="content",
        column_order=[
            "series",
            "granularity",
            "verdict",
            "mase_ratio",
            "mase",
            "naive_mase",
            "smape",
            "bias",
            "coverage_80",
            "coverage_95",
            "cutoffs",
        ],
        column_config={
            "series": "Series",
            "granularity": "Grain",
            "mase_ratio": st.column_config.NumberColumn(
                "Against naive", format="%.2f", help="MASE ÷ MASE of seasonal naive; below 1 wins."
            ),
            "mase": st.column_config.NumberColumn("MASE", format="%.2f"),
            "naive_mase": st.column_config.NumberColumn("MASE, naive", format="%.2f"),
            "smape": st.column_config.NumberColumn("sMAPE", format="percent"),
            "bias": st.column_config.NumberColumn("Bias", format="percent"),
            "coverage_80": st.column_config.NumberColumn("In the 80 % band", format="percent"),
            "coverage_95": st.column_config.NumberColumn("In the 95 % band", format="percent"),
            "cutoffs": "Backtests",
            "verdict": "Served",
        },
    )
    worse = int(rows["is_fallback"].sum())
    st.caption(
        "Rolling-origin backtest of the newest run. "
        + (
            f"⚠️ {worse} of {len(rows)} series are served by the seasonal naive, which the model "
            "did not beat there."
            if worse
            else "On every series the model beats the seasonal naive."
        )
    )
