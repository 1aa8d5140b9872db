"""The SQL of the dashboard: the subset that DuckDB and GoogleSQL share, values as parameters.

``$categories`` is '' for every category, or their names between line feeds: arrays are written
differently in every dialect, strings are not.
"""

from dashboard.queries.customers import BUYERS, COHORTS, CUSTOMERS, REPEAT_RATES, SEGMENTS
from dashboard.queries.discount_course import DISCOUNT_COURSE
from dashboard.queries.discounts import (
    CATEGORY_ELASTICITY,
    DISCOUNT_PERIODS,
    DISCOUNT_TOTALS,
    DROPS_BY_DAY,
    ON_SALE_REVENUE,
    PRICE_DROPS,
)
from dashboard.queries.forecast import (
    ACCURACY,
    ACCURACY_BY_LEAD,
    ANOMALIES,
    CATEGORIES_AHEAD,
    DAILY_FORECAST,
    DAILY_HISTORY,
    DAILY_PAST_FORECASTS,
    DECOMPOSITION,
    FORECAST_RUNS,
    FORECAST_SERIES,
    HOURLY_FORECAST,
    HOURLY_HISTORY,
    HOURLY_PAST_FORECASTS,
    HOURLY_RUNS,
)
from dashboard.queries.funnel import EVENTS_EVER, FUNNEL_DAYS, LEFT_DAYS, LEFT_PRODUCTS, LOOKS
from dashboard.queries.live import LIVE_EVENTS, PRODUCT_NAMES
from dashboard.queries.overview import (
    DAILY_BY_CATEGORY,
    DAILY_BY_CATEGORY_AND_DISCOUNT,
    DAILY_TOTALS,
    DAY_FORECAST,
    DAYS_AHEAD,
    HOURLY_FORECAST_BETWEEN,
    HOURLY_TOTALS,
    MOVERS,
    TOP_PRODUCTS,
)
from dashboard.queries.pipeline import PIPELINE_DAYS, QUARANTINE_REASONS
from dashboard.queries.products import (
    PRODUCT,
    PRODUCT_CHOICES,
    PRODUCT_DAYS,
    PRODUCT_DISCOUNTS,
    PRODUCT_DROPS,
    PRODUCTS,
    TRENDING,
    TRENDING_DAYS,
)
from dashboard.queries.shared import CATEGORIES, CLOCK
from dashboard.queries.what_if import ELASTICITY_ESTIMATES, WHAT_IF_BASELINE, WHAT_IF_CHOICES

__all__ = [
    "ACCURACY",
    "ACCURACY_BY_LEAD",
    "ANOMALIES",
    "BUYERS",
    "CATEGORIES",
    "CATEGORIES_AHEAD",
    "CATEGORY_ELASTICITY",
    "CLOCK",
    "COHORTS",
    "CUSTOMERS",
    "DAILY_BY_CATEGORY",
    "DAILY_BY_CATEGORY_AND_DISCOUNT",
    "DAILY_FORECAST",
    "DAILY_HISTORY",
    "DAILY_PAST_FORECASTS",
    "DAILY_TOTALS",
    "DAYS_AHEAD",
    "DAY_FORECAST",
    "DECOMPOSITION",
    "DISCOUNT_COURSE",
    "DISCOUNT_PERIODS",
    "DISCOUNT_TOTALS",
    "DROPS_BY_DAY",
    "ELASTICITY_ESTIMATES",
    "EVENTS_EVER",
    "FORECAST_RUNS",
    "FORECAST_SERIES",
    "FUNNEL_DAYS",
    "HOURLY_FORECAST",
    "HOURLY_FORECAST_BETWEEN",
    "HOURLY_HISTORY",
    "HOURLY_PAST_FORECASTS",
    "HOURLY_RUNS",
    "HOURLY_TOTALS",
    "LEFT_DAYS",
    "LEFT_PRODUCTS",
    "LIVE_EVENTS",
    "LOOKS",
    "MOVERS",
    "ON_SALE_REVENUE",
    "PIPELINE_DAYS",
    "PRICE_DROPS",
    "PRODUCT",
    "PRODUCTS",
    "PRODUCT_CHOICES",
    "PRODUCT_DAYS",
    "PRODUCT_DISCOUNTS",
    "PRODUCT_DROPS",
    "PRODUCT_NAMES",
    "QUARANTINE_REASONS",
    "REPEAT_RATES",
    "SEGMENTS",
    "TOP_PRODUCTS",
    "TRENDING",
    "TRENDING_DAYS",
    "WHAT_IF_BASELINE",
    "WHAT_IF_CHOICES",
]
