"""Forecasts of sales: 30 days ahead by day, 168 hours ahead by hour, with proof of accuracy.

Pure: Arrow tables in, Arrow tables out, the same tables for the same input. The libraries that fit
the models are imported when the first model is fitted, so that importing this package is cheap.
"""

from esynapse.forecasting.occasions import Occasion
from esynapse.forecasting.rows import CONFIDENCE_LEVEL
from esynapse.forecasting.run import Forecast, forecast_daily, forecast_hourly

__all__ = ["CONFIDENCE_LEVEL", "Forecast", "Occasion", "forecast_daily", "forecast_hourly"]
