-- The next 168 hours of the total, as rows of the raw table hourly_forecasts.
--
-- Query parameter: @run_at timestamp, when this run happens.
-- Values and lower bounds are clipped at zero here (see create_daily_forecast_model.sql).
with forecast as (
    select
        series_id,
        forecast_timestamp,
        forecast_value,
        standard_error,
        confidence_level,
        prediction_interval_lower_bound,
        prediction_interval_upper_bound
    from ml.forecast(
        model `${project}`.`${dataset}`.`hourly_forecast_model`,
        struct(168 as horizon, 0.8 as confidence_level)
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
