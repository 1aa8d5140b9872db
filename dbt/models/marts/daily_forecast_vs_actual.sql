with forecasts as (

    select
        *,
        case when series_id <> 'total' then substr(series_id, length('category:') + 1) end
            as category,
        {{ shop_date('forecast_timestamp') }} as forecast_date,
        {{ shop_date('cutoff') }} as cutoff_date,
        run_at = max(run_at) over (partition by series_id) as is_latest_run
    from {{ source('raw', 'daily_forecasts') }}

),

actuals as (

    select revenue_date, 'total' as series_id, net_revenue
    from {{ ref('daily_revenue') }}
    where is_complete
    union all
    select revenue_date, {{ dbt.concat(["'category:'", 'category']) }}, net_revenue
    from {{ ref('daily_category_revenue') }}
    where is_complete

),

compared as (

    select
        forecasts.*,
        actuals.net_revenue as actual_value,
        {{ as_double('actuals.net_revenue') }} as actual
    from forecasts
    left join actuals
        on
            forecasts.series_id = actuals.series_id
            and forecasts.forecast_date = actuals.revenue_date

)

select
    series_id,
    category,
    run_at,
    cutoff,
    model,
    forecast_date,
    forecast_timestamp,
    {{ whole(days_between('cutoff_date', 'forecast_date') ~ ' + 1') }} as lead_days,
    {{ forecast_errors() }},
    is_latest_run
from compared
