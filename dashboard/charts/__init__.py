"""Altair charts: pure functions of frames, sharing sizes, axes and colours.

Instants are given in the shop's wall-clock time without a zone, so that axes say what the shop's
clock said wherever the viewer is.
"""

from dashboard.charts.axes import is_time
from dashboard.charts.builds import build_strip
from dashboard.charts.comparisons import changes, intervals, ranked_bars, scatter
from dashboard.charts.customers import cohorts, lifetime_values, segments
from dashboard.charts.forecasts import course, forecast, wape_by_week
from dashboard.charts.funnel import funnel, of_hundred
from dashboard.charts.outlook import ahead_by_category, error_by_lead, outlook
from dashboard.charts.over_time import (
    bars_by_day,
    drops,
    hours,
    lines,
    periods,
    price_history,
    stacked_days,
)
from dashboard.charts.parts import effect_over_time, pattern, trend
from dashboard.charts.pulse import PULSE_ROWS, pulse, pulse_total
from dashboard.charts.rates import dumbbells, rate_days
from dashboard.charts.style import to_spec

__all__ = [
    "PULSE_ROWS",
    "ahead_by_category",
    "bars_by_day",
    "build_strip",
    "changes",
    "cohorts",
    "course",
    "drops",
    "dumbbells",
    "effect_over_time",
    "error_by_lead",
    "forecast",
    "funnel",
    "hours",
    "intervals",
    "is_time",
    "lifetime_values",
    "lines",
    "of_hundred",
    "outlook",
    "pattern",
    "periods",
    "price_history",
    "pulse",
    "pulse_total",
    "ranked_bars",
    "rate_days",
    "scatter",
    "segments",
    "stacked_days",
    "to_spec",
    "trend",
    "wape_by_week",
]
