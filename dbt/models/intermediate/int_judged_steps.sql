{{ config(materialized='view') }}

{#- Two-sided, 99 % of a normal distribution lie within so many standard errors. -#}
{%- set distance = 2.5758293035489 -%}

with newest_first as (

    select
        *,
        row_number() over (
            partition by granularity, measure, series_id, step_at
            order by cutoff desc, is_backtest asc, run_at desc
        ) as place
    from {{ ref('int_forecast_steps') }}
    where standard_error is not null

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
    forecast_value - {{ distance }} * standard_error as lower_bound,
    forecast_value + {{ distance }} * standard_error as upper_bound,
    case
        when standard_error > 0
            then {{ normal_probability('abs(error) / nullif(standard_error, 0)') }}
        when error = 0 then 0
        else 1
    end as anomaly_probability
from newest_first
where place = 1
