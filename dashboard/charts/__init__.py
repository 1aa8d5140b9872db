"""Altair charts: pure functions of frames, sharing sizes, axes and colours.

Instants are given in the shop's wall-clock time without a zone, so that axes say what the shop's
clock said wherever the viewer is.
"""

from dashboard.charts.axes import is_time
from dashboard.charts.builds import build_strip
from dashboard.charts.comparisons import changes, ranked_bars
from dashboard.charts.customers import cohorts, lifetime_values, segments
from dashboard.charts.discount_course import lift_by_day
from dashboard.charts.discounts import PAID, category_lifts, discount_periods, elasticities, lifts
from dashboard.charts.forecasts import course, forecast, wape_by_week
from dashboard.charts.funnel import funnel, of_hundred
from dashboard.charts.layers import with_params
from dashboard.charts.outlook import ahead_by_category, error_by_lead, outlook
from dashboard.charts.over_time import bars_by_day, hours, stacked_days
from dashboard.charts.parts import effect_over_time, pattern, trend
from dashboard.charts.product_days import Setting, price_history, steps_of_product
from dashboard.charts.products import health_parts, scatter
from dashboard.charts.pulse import pulse, pulse_total
from dashboard.charts.rates import dumbbells, rate_days
from dashboard.charts.style import to_spec
from dashboard.charts.what_if import price_curve

__all__ = [
    "PAID",
    "Setting",
    "ahead_by_category",
    "bars_by_day",
    "build_strip",
    "category_lifts",
    "changes",
    "cohorts",
    "course",
    "discount_periods",
    "dumbbells",
    "effect_over_time",
    "elasticities",
    "error_by_lead",
    "forecast",
    "funnel",
    "health_parts",
    "hours",
    "is_time",
    "lifetime_values",
    "lift_by_day",
    "lifts",
    "of_hundred",
    "outlook",
    "pattern",
    "price_curve",
    "price_history",
    "pulse",
    "pulse_total",
    "ranked_bars",
    "rate_days",
    "scatter",
    "segments",
    "stacked_days",
    "steps_of_product",
    "to_spec",
    "trend",
    "wape_by_week",
    "with_params",
]
