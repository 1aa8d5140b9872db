-- Train the hourly model of the shop's total.
--
-- horizon: 168 hours; the default of 1,000 is computed at training and paid for in time.
-- clean_spikes_and_dips is off, holiday_region and forecast_limit_lower_bound are left out for the
-- reasons told in create_daily_forecast_model.sql: hours without sales are common.
create or replace model `${project}`.`${dataset}`.`hourly_forecast_model`
options (
    model_type = 'ARIMA_PLUS',
    time_series_timestamp_col = 'revenue_hour',
    time_series_data_col = 'net_revenue',
    time_series_id_col = 'series_id',
    data_frequency = 'HOURLY',
    horizon = 168,
    auto_arima = true,
    clean_spikes_and_dips = false,
    adjust_step_changes = true,
    decompose_time_series = true
) as
select
    'total' as series_id,
    revenue_hour,
    cast(net_revenue as float64) as net_revenue
from `${project}`.`${dataset}_marts`.`hourly_revenue`
where is_complete
