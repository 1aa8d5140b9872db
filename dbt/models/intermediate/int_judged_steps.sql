{{ config(materialized='view') }}

with newest_first as (

    select
        *,
        row_number() over (
            partition by granularity, measure, series_id, step_at
            order by cutoff desc, is_backtest asc, run_at desc
        ) as place
    from {{ ref('int_forecast_steps') }}
    where standard_error is not null

),

shifted as (

    select
        *,
        standard_error / 2 as shift,
        forecast_value + standard_error / 2 as shifted_forecast,
        actual + standard_error / 2 as shifted_actual
    from newest_first
    where place = 1

),

roots as (

    select
        *,
        sqrt(shifted_forecast) as root,
        sign(shifted_actual) * sqrt(abs(shifted_actual)) as actual_root,
        standard_error / nullif(2 * sqrt(shifted_forecast), 0) as root_error,
        case when granularity = 'hourly' then 3.2905267314919 else 2.5758293035489 end as distance
    from shifted

),

reaches as (

    select
        *,
        root - distance * coalesce(root_error, 0) as lower_root,
        root + distance * coalesce(root_error, 0) as upper_root
    from roots

)

select
    granularity,
    measure,
    series_id,
    category,
    series_date,
    step_at as time_series_timestamp,
    actual as time_series_data,
    forecast_value,
    sign(lower_root) * lower_root * lower_root - shift as lower_bound,
    upper_root * upper_root - shift as upper_bound,
    case
        when root_error > 0
            then {{ normal_probability('abs(actual_root - root) / nullif(root_error, 0)') }}
        when error = 0 then 0
        else 1
    end as anomaly_probability
from reaches
