"""The newest anomalies of Forecast, over all series."""

from typing import Any

import streamlit as st

from dashboard import formats
from dashboard.panel import panel
from dashboard.views.forecast_subject import Subject, series_name
from esynapse.pipeline.mart_docs import meaning

SHOWN = 20


def show_anomalies(subject: Subject) -> None:
    """Draw the table of the newest."""
    with panel(
        f"{subject.measure}: {subject.step.name}s that were not to be expected",
        "anomalies",
        about=_meaning("is_anomaly"),
    ) as card:
        rows = subject.anomalies()
        if rows.empty:
            st.success(
                f"Every {subject.step.name} was within what was to be expected at 99 %.",
                icon=":material/check_circle:",
            )
            return
        card.offer(rows)
        shown = rows.head(SHOWN)
        st.dataframe(
            shown.assign(
                series=shown["series_id"].map(series_name),
                direction=(shown["time_series_data"] > shown["expected"]).map(
                    {True: "▲ more", False: "▼ less"}
                ),
            ),
            hide_index=True,
            height="content",
            column_order=[
                *("step", "series", "direction", "time_series_data", "expected"),
                *("lower_bound", "upper_bound", "anomaly_probability"),
            ],
            column_config=_columns(subject),
        )
        st.caption(
            f"The newest {len(shown)} of {len(rows)} anomalies of all series. A "
            f"{subject.step.name} is judged by the last forecast made before it; of "
            f"{'a thousand' if subject.is_hourly else 'a hundred'} ordinary ones, one lies outside "
            "by chance."
        )


def _columns(subject: Subject) -> dict[str, Any]:
    number = st.column_config.NumberColumn
    shape = formats.AMOUNT_COLUMN if subject.is_money else "%,.1f"
    return {
        "step": st.column_config.DatetimeColumn(
            subject.step.name.capitalize(),
            format="ddd YYYY-MM-DD HH:mm" if subject.is_hourly else "ddd YYYY-MM-DD",
        ),
        "series": "Series",
        "direction": "Than expected",
        "time_series_data": number(subject.axis, format=shape if subject.is_money else "localized"),
        "expected": number("Expected", format=shape),
        "lower_bound": number("At least", format=shape, help=_meaning("lower_bound")),
        "upper_bound": number("At most", format=shape, help=_meaning("upper_bound")),
        "anomaly_probability": number(
            "Probability", format="%.4f", help=_meaning("anomaly_probability")
        ),
    }


def _meaning(column: str) -> str:
    return meaning("sales_anomalies", column)
