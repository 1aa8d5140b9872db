-- Train the daily model: one ARIMA_PLUS for each measure and series of daily_series.
--
-- Rendered: the cutoff, the first day that it is not shown (without one it sees all), and the
-- holiday region, if the shop has set one; a line without a value is left out.
-- horizon: 30 days; the default of 1,000 is computed at training and paid for in time.
-- clean_spikes_and_dips is off: sales peaks are sales, and cleaning them made forecasts worse.
-- holiday_region acts only with more than a year of daily data.
-- forecast_limit_lower_bound is left out: 0 would drop days without sales from the fit, and the
-- model could not be explained. serve_daily.sql clips instead.
-- The time column is a DATE, so that a day of 23 or 25 hours is one step.
create or replace model `${project}`.`${dataset}`.`${model}`
options (
    model_type = 'ARIMA_PLUS',
    time_series_timestamp_col = 'series_date',
    time_series_data_col = 'value',
    time_series_id_col = ['measure', 'series_id'],
    data_frequency = 'DAILY',
    horizon = 30,
    auto_arima = true,
    holiday_region = '${holiday_region}',
    clean_spikes_and_dips = false,
    adjust_step_changes = true,
    decompose_time_series = true
) as
select
    measure,
    series_id,
    series_date,
    value
from `${project}`.`${dataset}_marts`.`daily_series`
where series_date < date '${cutoff}'
