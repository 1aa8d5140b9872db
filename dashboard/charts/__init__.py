"""Altair charts: pure functions of frames, sharing sizes, axes and colours.

Instants are given in the shop's wall-clock time without a zone, so that axes say what the shop's
clock said wherever the viewer is.
"""

from dashboard.charts.comparisons import funnel, intervals, ranked_bars, scatter
from dashboard.charts.customers import cohorts, lifetime_values, segments
from dashboard.charts.forecasts import forecast
from dashboard.charts.over_time import (
    bars_by_day,
    drops,
    hours,
    lines,
    periods,
    price_history,
    pulse,
    pulse_total,
    stacked_days,
)

__all__ = [
    "bars_by_day",
    "cohorts",
    "drops",
    "forecast",
    "funnel",
    "hours",
    "intervals",
    "lifetime_values",
    "lines",
    "periods",
    "price_history",
    "pulse",
    "pulse_total",
    "ranked_bars",
    "scatter",
    "segments",
    "stacked_days",
]
