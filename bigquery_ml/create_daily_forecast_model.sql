-- Train the daily model: one ARIMA_PLUS per series ('total' and each 'category:<name>').
--
-- horizon: 30 days; the default of 1,000 is computed at training and paid for in time.
-- clean_spikes_and_dips is off: sales peaks are sales, and cleaning them made forecasts worse.
-- holiday_region is left out: it acts only beyond a year of daily data. With that much, add it
-- for the country of the shop.
-- forecast_limit_lower_bound is left out: 0 would drop days without sales from the fit, and the
-- model could neither be explained nor detect anomalies. forecast_daily.sql clips instead.
-- The time column is a DATE, so that a day of 23 or 25 hours is one step.
create or replace model `${project}`.`${dataset}`.`daily_forecast_model`
options (
    model_type = 'ARIMA_PLUS',
    time_series_timestamp_col = 'revenue_date',
    time_series_data_col = 'net_revenue',
    time_series_id_col = 'series_id',
    data_frequency = 'DAILY',
    horizon = 30,
    auto_arima = true,
    clean_spikes_and_dips = false,
    adjust_step_changes = true,
    decompose_time_series = true
) as
select
    'total' as series_id,
    revenue_date,
    cast(net_revenue as float64) as net_revenue
from `${project}`.`${dataset}_marts`.`daily_revenue`
where is_complete
union all
select
    concat('category:', category) as series_id,
    revenue_date,
    cast(net_revenue as float64) as net_revenue
from `${project}`.`${dataset}_marts`.`daily_category_revenue`
where is_complete
