"""Forecast: runs, what they said, what came, how wrong they were, what was odd, and why.

By day and by hour the same is asked of two marts: each query gives ``step``, the day or the start
of the hour.
"""

_RUNS = """
select run_at, cutoff, is_backtest, max(model) as model, count(*) as steps,
    count(actual_value) as known, sum(abs(actual_value)) as actual,
    sum(abs(error)) / nullif(sum(abs(actual_value)), 0) as wape,
    sum(error) / nullif(sum(abs(actual_value)), 0) as bias,
    avg(case when actual_value is null then null when is_within_interval then 1.0 else 0.0 end)
        as coverage
from {mart}
where measure = $measure and series_id = $series
group by run_at, cutoff, is_backtest
order by run_at desc"""

_FORECAST = """
select {step} as step, forecast_value, prediction_interval_lower_bound,
    prediction_interval_upper_bound, actual_value, confidence_level
from {mart}
where measure = $measure and series_id = $series and run_at = $run_at
order by {step}"""

_PAST = """
select run_at, {step} as step, forecast_value as value
from {mart}
where measure = $measure and series_id = $series and not is_latest_run and {step} >= $start
order by run_at, {step}"""

_DAYS = {"mart": "daily_forecast_vs_actual", "step": "forecast_date"}
_HOURS = {"mart": "hourly_forecast_vs_actual", "step": "forecast_hour"}

FORECAST_RUNS, HOURLY_RUNS = _RUNS.format(**_DAYS), _RUNS.format(**_HOURS)
DAILY_FORECAST, HOURLY_FORECAST = _FORECAST.format(**_DAYS), _FORECAST.format(**_HOURS)
DAILY_PAST_FORECASTS, HOURLY_PAST_FORECASTS = _PAST.format(**_DAYS), _PAST.format(**_HOURS)

FORECAST_SERIES = """
select series_id
from daily_forecast_vs_actual
where measure = $measure
group by series_id
order by case when series_id = 'total' then 0 else 1 end, sum(forecast_value) desc"""

CATEGORIES_AHEAD = """
with ahead as (
    select series_id, category, sum(forecast_value) as forecast
    from daily_forecast_vs_actual
    where measure = $measure and category is not null and is_latest_run and actual_value is null
    group by series_id, category
),
past as (
    select series_id, sum(value) as before
    from daily_series
    where measure = $measure and series_date between $start and $end
    group by series_id
)
select ahead.category, ahead.forecast, past.before
from ahead
left join past on past.series_id = ahead.series_id
order by ahead.forecast desc, ahead.category"""

DAILY_HISTORY = """
select series_date as step, value
from daily_series
where measure = $measure and series_id = $series and series_date between $start and $end
order by series_date"""

HOURLY_HISTORY = """
select series_hour as step, value
from hourly_series
where measure = $measure and series_id = $series and series_hour >= $start and series_hour < $end
order by series_hour"""

ACCURACY = """
select series_id, granularity, model, is_served, cutoffs, steps, mase, mase_ratio, smape, bias,
    coverage_80, coverage_95, interval_scale, is_fallback
from forecast_accuracy
where measure = $measure and is_latest_run
order by granularity, case when series_id = 'total' then 0 else 1 end, series_id,
    case when is_served then 0 else 1 end, mase, model"""

ACCURACY_BY_LEAD = """
select lead, lead_from, is_backtest, week, forecasts, wape, bias, coverage, wape_change
from forecast_accuracy_by_lead
where granularity = $granularity and measure = $measure and series_id = $series
order by lead_from, week"""

ANOMALIES = """
select series_id, series_date, time_series_timestamp, time_series_data,
    coalesce(forecast_value, (lower_bound + upper_bound) / 2) as expected,
    lower_bound, upper_bound, anomaly_probability
from sales_anomalies
where granularity = $granularity and measure = $measure and is_anomaly
order by time_series_timestamp desc, series_id"""

DECOMPOSITION = """
select series_date, time_series_timestamp, time_series_type, time_series_data, trend,
    seasonal_period_yearly, seasonal_period_weekly, seasonal_period_daily, holiday_effect, residual
from forecast_decomposition
where granularity = $granularity and measure = $measure and series_id = $series
order by time_series_timestamp"""
