with runs as (

    select
        *,
        run_at = max(run_at) over (partition by measure, series_id, granularity) as is_newest
    from {{ source('raw', 'forecast_components') }}

)

select
    measure,
    series_id,
    {{ series_category() }} as category,
    granularity,
    run_at,
    {{ shop_date('time_series_timestamp') }} as series_date,
    time_series_timestamp,
    time_series_type,
    time_series_data,
    trend,
    seasonal_period_yearly,
    seasonal_period_weekly,
    seasonal_period_daily,
    holiday_effect,
    residual
from runs
where is_newest
