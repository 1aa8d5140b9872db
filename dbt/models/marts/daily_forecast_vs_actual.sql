with forecasts as (

    select
        *,
        {{ series_category() }} as category,
        {{ shop_date('forecast_timestamp') }} as forecast_date,
        {{ shop_date('cutoff') }} as cutoff_date,
        run_at = max(run_at) over (partition by measure, series_id) as is_latest_run
    from {{ source('raw', 'daily_forecasts') }}

),

compared as (

    select
        forecasts.*,
        actuals.value as actual_value,
        {{ as_double('actuals.value') }} as actual
    from forecasts
    left join {{ ref('daily_series') }} as actuals
        on
            forecasts.measure = actuals.measure
            and forecasts.series_id = actuals.series_id
            and forecasts.forecast_date = actuals.series_date

)

select
    measure,
    series_id,
    category,
    run_at,
    cutoff,
    is_backtest,
    model,
    forecast_date,
    forecast_timestamp,
    {{ whole(days_between('cutoff_date', 'forecast_date') ~ ' + 1') }} as lead_days,
    {{ forecast_errors() }},
    is_latest_run
from compared
