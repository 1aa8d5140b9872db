"""Altair charts: pure functions of frames, sharing sizes, axes and colours.

Instants are given in the shop's wall-clock time without a zone, so that axes say what the shop's
clock said wherever the viewer is.
"""

from dashboard.charts.comparisons import changes, funnel, ranked_bars, scatter
from dashboard.charts.customers import cohorts, lifetime_values, segments
from dashboard.charts.discount_course import lift_by_day
from dashboard.charts.discounts import PAID, category_lifts, discount_periods, elasticities, lifts
from dashboard.charts.forecasts import course, forecast, wape_by_week
from dashboard.charts.over_time import (
    bars_by_day,
    hours,
    lines,
    price_history,
    pulse,
    pulse_total,
    stacked_days,
)
from dashboard.charts.parts import effect_over_time, pattern, trend
from dashboard.charts.style import to_spec
from dashboard.charts.what_if import price_curve

__all__ = [
    "PAID",
    "bars_by_day",
    "category_lifts",
    "changes",
    "cohorts",
    "course",
    "discount_periods",
    "effect_over_time",
    "elasticities",
    "forecast",
    "funnel",
    "hours",
    "lifetime_values",
    "lift_by_day",
    "lifts",
    "lines",
    "pattern",
    "price_curve",
    "price_history",
    "pulse",
    "pulse_total",
    "ranked_bars",
    "scatter",
    "segments",
    "stacked_days",
    "to_spec",
    "trend",
    "wape_by_week",
]
