{{ config(materialized='view') }}

select
    'daily' as granularity,
    measure,
    series_id,
    category,
    run_at,
    cutoff,
    is_backtest,
    forecast_date as series_date,
    forecast_timestamp as step_at,
    lead_days as steps_ahead,
    forecast_value,
    standard_error,
    {{ as_double('actual_value') }} as actual,
    error,
    is_within_interval
from {{ ref('daily_forecast_vs_actual') }}
where actual_value is not null
union all
select
    'hourly',
    measure,
    series_id,
    category,
    run_at,
    cutoff,
    is_backtest,
    {{ shop_date('forecast_hour') }},
    forecast_hour,
    lead_hours,
    forecast_value,
    standard_error,
    {{ as_double('actual_value') }},
    error,
    is_within_interval
from {{ ref('hourly_forecast_vs_actual') }}
where actual_value is not null
