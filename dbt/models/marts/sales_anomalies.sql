with history as (

    select
        *,
        {{ series_category() }} as category,
        {{ shop_date('time_series_timestamp') }} as series_date,
        run_at = max(run_at) over (partition by granularity, measure, series_id) as is_newest
    from {{ source('raw', 'history_anomalies') }}

)

select
    granularity,
    measure,
    series_id,
    category,
    series_date,
    time_series_timestamp,
    time_series_data,
    anomaly_probability > case when granularity = 'hourly' then 0.999 else 0.99 end as is_anomaly,
    lower_bound,
    upper_bound,
    anomaly_probability,
    forecast_value,
    'forecast' as judged_by
from {{ ref('int_judged_steps') }}
union all
select
    granularity,
    measure,
    series_id,
    history.category,
    history.series_date,
    time_series_timestamp,
    history.time_series_data,
    history.is_anomaly,
    history.lower_bound,
    history.upper_bound,
    history.anomaly_probability,
    forecasts.forecast_value,
    'history'
from history
left join {{ ref('int_judged_steps') }} as forecasts
    using (granularity, measure, series_id, time_series_timestamp)
where history.is_newest and forecasts.series_date is null
