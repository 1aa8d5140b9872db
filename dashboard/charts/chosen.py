"""What is chosen stands out. It is said by the rows: another choice leaves the chart as it is."""

from collections.abc import Sequence

import altair as alt
import pandas as pd

from dashboard.charts.axes import either

FADED = 0.3
"""Opacity of what is not chosen."""
IS_CHOSEN = "is_chosen"


def with_chosen(rows: pd.DataFrame, label: str, chosen: Sequence[str]) -> pd.DataFrame:
    """``rows`` with the column that brings_out reads; no choice brings out all."""
    return rows.assign(**{IS_CHOSEN: rows[label].isin(chosen) if chosen else True})


def brings_out() -> alt.OpacityValue:
    """What is chosen in full, the others faded."""
    return either(alt.OpacityValue, f"datum.{IS_CHOSEN}", 1, FADED)
