-- Train the hourly model: one ARIMA_PLUS for each measure of hourly_series.
--
-- Rendered: the cutoff, the first hour that it is not shown; without one it sees all.
-- horizon: 168 hours; the default of 1,000 is computed at training and paid for in time.
-- clean_spikes_and_dips is off and forecast_limit_lower_bound left out for the reasons told in
-- create_daily_forecast_model.sql: hours without sales are common. Holidays are not for hours.
create or replace model `${project}`.`${dataset}`.`${model}`
options (
    model_type = 'ARIMA_PLUS',
    time_series_timestamp_col = 'series_hour',
    time_series_data_col = 'value',
    time_series_id_col = ['measure', 'series_id'],
    data_frequency = 'HOURLY',
    horizon = 168,
    auto_arima = true,
    clean_spikes_and_dips = false,
    adjust_step_changes = true,
    decompose_time_series = true
) as
select
    measure,
    series_id,
    series_hour,
    value
from `${project}`.`${dataset}_marts`.`hourly_series`
where series_hour < timestamp '${cutoff}'
