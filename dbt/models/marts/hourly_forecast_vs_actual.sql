with forecasts as (

    select
        *,
        {{ series_category() }} as category,
        run_at = max(run_at) over (partition by measure, series_id) as is_latest_run
    from {{ source('raw', 'hourly_forecasts') }}

),

compared as (

    select
        forecasts.*,
        actuals.value as actual_value,
        {{ as_double('actuals.value') }} as actual
    from forecasts
    left join {{ ref('hourly_series') }} as actuals
        on
            forecasts.measure = actuals.measure
            and forecasts.series_id = actuals.series_id
            and forecasts.forecast_timestamp = actuals.series_hour

)

select
    measure,
    series_id,
    category,
    run_at,
    cutoff,
    is_backtest,
    model,
    forecast_timestamp as forecast_hour,
    {{ whole('round(' ~ seconds_between('cutoff', 'forecast_timestamp') ~ ' / 3600)') }} + 1
        as lead_hours,
    {{ forecast_errors() }},
    is_latest_run
from compared
