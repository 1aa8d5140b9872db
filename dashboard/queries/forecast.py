"""Forecast: runs, what they said, what came, how good the models are."""

FORECAST_RUNS = """
select run_at, cutoff, is_latest_run, max(model) as model, count(*) as steps,
    count(actual_value) as known, avg(absolute_percentage_error) as mape,
    avg(case when actual_value is null then null when is_within_interval then 1.0 else 0.0 end)
        as coverage,
    max(confidence_level) as confidence_level,
    sum(forecast_value - actual_value) / nullif(sum(actual_value), 0) as bias
from daily_forecast_vs_actual
where series_id = $series
group by run_at, cutoff, is_latest_run
order by run_at desc"""

DAILY_FORECAST = """
select forecast_date, lead_days, forecast_value, prediction_interval_lower_bound,
    prediction_interval_upper_bound, actual_value, confidence_level, model, is_within_interval
from daily_forecast_vs_actual
where series_id = $series and run_at = $run_at
order by forecast_date"""

FORECAST_SERIES = """
select series_id
from daily_forecast_vs_actual
group by series_id
order by case when series_id = 'total' then 0 else 1 end, sum(forecast_value) desc"""

TOTAL_HISTORY = """
select revenue_date, net_revenue
from daily_revenue
where revenue_date between $start and $end and is_complete
order by revenue_date"""

CATEGORY_HISTORY = """
select revenue_date, net_revenue
from daily_category_revenue
where category = $category and revenue_date between $start and $end and is_complete
order by revenue_date"""

HOURLY_RUNS = """
select run_at, cutoff, is_latest_run, max(model) as model
from hourly_forecast_vs_actual
where series_id = 'total'
group by run_at, cutoff, is_latest_run
order by run_at desc"""

HOURLY_FORECAST = """
select forecast_hour, forecast_value, prediction_interval_lower_bound,
    prediction_interval_upper_bound, actual_value, confidence_level
from hourly_forecast_vs_actual
where series_id = 'total' and run_at = $run_at
order by forecast_hour"""

HOURLY_HISTORY = """
select revenue_hour, net_revenue
from hourly_revenue
where revenue_hour >= $start and revenue_hour < $end and is_complete
order by revenue_hour"""

ACCURACY = """
select series_id, granularity, run_at, model, served_model, cutoffs, mase, naive_mase, mase_ratio,
    rmsse, smape, bias, coverage_80, coverage_95, is_fallback
from forecast_accuracy
where is_latest_run
order by granularity, case when series_id = 'total' then 0 else 1 end, series_id"""
