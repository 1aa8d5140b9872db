-- The next 30 days of each series, as rows of the raw table daily_forecasts.
--
-- Query parameters: @run_at timestamp, when this run happens; @timezone string, the shop's zone.
-- ML.FORECAST gives a DATE series' steps as midnights in UTC; the table wants the shop's midnights.
-- Values and lower bounds are clipped at zero here (see create_daily_forecast_model.sql).
with forecast as (
    select
        series_id,
        timestamp(date(forecast_timestamp), @timezone) as forecast_timestamp,
        forecast_value,
        standard_error,
        confidence_level,
        prediction_interval_lower_bound,
        prediction_interval_upper_bound
    from ml.forecast(
        model `${project}`.`${dataset}`.`daily_forecast_model`,
        struct(30 as horizon, 0.8 as confidence_level)
    )
)

select
    series_id,
    @run_at as run_at,
    min(forecast_timestamp) over (partition by series_id) as cutoff,
    'ARIMA_PLUS' as model,
    forecast_timestamp,
    greatest(forecast_value, 0) as forecast_value,
    standard_error,
    confidence_level,
    greatest(prediction_interval_lower_bound, 0) as prediction_interval_lower_bound,
    greatest(prediction_interval_upper_bound, 0) as prediction_interval_upper_bound
from forecast
