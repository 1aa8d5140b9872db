"""Altair charts: pure functions of frames, sharing sizes, axes and colours.

Instants are given in the shop's wall-clock time without a zone, so that axes say what the shop's
clock said wherever the viewer is.
"""

from dashboard.charts.comparisons import changes, funnel, intervals, ranked_bars
from dashboard.charts.customers import cohorts, lifetime_values, segments
from dashboard.charts.forecasts import course, forecast, wape_by_week
from dashboard.charts.over_time import (
    bars_by_day,
    drops,
    hours,
    lines,
    periods,
    pulse,
    pulse_total,
    stacked_days,
)
from dashboard.charts.parts import effect_over_time, pattern, trend
from dashboard.charts.product_days import Setting, price_history, steps_of_product
from dashboard.charts.products import health_parts, scatter
from dashboard.charts.style import to_spec

__all__ = [
    "Setting",
    "bars_by_day",
    "changes",
    "cohorts",
    "course",
    "drops",
    "effect_over_time",
    "forecast",
    "funnel",
    "health_parts",
    "hours",
    "intervals",
    "lifetime_values",
    "lines",
    "pattern",
    "periods",
    "price_history",
    "pulse",
    "pulse_total",
    "ranked_bars",
    "scatter",
    "segments",
    "stacked_days",
    "steps_of_product",
    "to_spec",
    "trend",
    "wape_by_week",
]
