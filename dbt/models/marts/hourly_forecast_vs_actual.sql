with forecasts as (

    select
        *,
        case when series_id <> 'total' then substr(series_id, length('category:') + 1) end
            as category,
        run_at = max(run_at) over (partition by series_id) as is_latest_run
    from {{ source('raw', 'hourly_forecasts') }}

),

compared as (

    select
        forecasts.*,
        actuals.net_revenue as actual_value,
        {{ as_double('actuals.net_revenue') }} as actual
    from forecasts
    left join {{ ref('hourly_revenue') }} as actuals
        on
            forecasts.series_id = 'total'
            and forecasts.forecast_timestamp = actuals.revenue_hour
            and actuals.is_complete

)

select
    series_id,
    category,
    run_at,
    cutoff,
    model,
    forecast_timestamp as forecast_hour,
    {{ whole('round(' ~ seconds_between('cutoff', 'forecast_timestamp') ~ ' / 3600)') }} + 1
        as lead_hours,
    {{ forecast_errors() }},
    is_latest_run
from compared
