-- How good the hourly model was on the hours that came after its training, as rows of the raw table
-- forecast_accuracy_runs. Run it before the model is trained again; with no hour to judge by it
-- gives no row.
--
-- Query parameter: @run_at timestamp, when this run happens.
-- ML.EVALUATE is given the whole history: hours that the model was trained on come back without a
-- forecast. Its 95 % bound gives the standard error, and so the 80 % interval too. Scores are those
-- of esynapse/forecasting/backtest.py, with the seasonal naive of 168 hours as the bar to clear.
with history as (
    select
        'total' as series_id,
        revenue_hour,
        cast(net_revenue as float64) as net_revenue
    from `${project}`.`${dataset}_marts`.`hourly_revenue`
    where is_complete
),

evaluated as (
    select
        series_id,
        revenue_hour,
        net_revenue as actual,
        greatest(forecasted_net_revenue, 0) as forecast,
        (upper_bound - forecasted_net_revenue) / 1.959964 as standard_error
    from
        ml.evaluate(
            model `${project}`.`${dataset}`.`hourly_forecast_model`,
            (select series_id, revenue_hour, net_revenue from history),
            struct(false as perform_aggregation, 168 as horizon, 0.95 as confidence_level)
        )
    where forecasted_net_revenue is not null
),

cutoffs as (
    select
        series_id,
        min(revenue_hour) as cutoff
    from evaluated
    group by series_id
),

scales as (
    select
        later.series_id,
        avg(abs(later.net_revenue - earlier.net_revenue)) as absolute_scale,
        avg(pow(later.net_revenue - earlier.net_revenue, 2)) as squared_scale
    from history as later
    inner join history as earlier
        on
            later.series_id = earlier.series_id
            and earlier.revenue_hour = timestamp_sub(later.revenue_hour, interval 168 hour)
    inner join cutoffs on later.series_id = cutoffs.series_id
    where later.revenue_hour < cutoffs.cutoff
    group by later.series_id
),

steps as (
    select
        evaluated.series_id,
        evaluated.actual,
        evaluated.forecast,
        evaluated.standard_error,
        greatest(naive.net_revenue, 0) as naive,
        nullif(scales.absolute_scale, 0) as absolute_scale,
        nullif(scales.squared_scale, 0) as squared_scale
    from evaluated
    inner join cutoffs on evaluated.series_id = cutoffs.series_id
    left join scales on evaluated.series_id = scales.series_id
    left join history as naive
        on
            evaluated.series_id = naive.series_id
            and naive.revenue_hour = timestamp_sub(
                evaluated.revenue_hour,
                interval 168 * (
                    1 + div(timestamp_diff(evaluated.revenue_hour, cutoffs.cutoff, hour), 168)
                ) hour
            )
)

select
    series_id,
    'hourly' as granularity,
    @run_at as run_at,
    'ARIMA_PLUS' as model,
    'ARIMA_PLUS' as served_model,
    1 as cutoffs,
    avg(abs(forecast - actual) / absolute_scale) as mase,
    avg(abs(naive - actual) / absolute_scale) as naive_mase,
    sqrt(avg(pow(forecast - actual, 2) / squared_scale)) as rmsse,
    avg(coalesce(safe_divide(2 * abs(forecast - actual), abs(forecast) + abs(actual)), 0)) as smape,
    safe_divide(sum(forecast - actual), sum(abs(actual))) as bias,
    avg(
        if(
            greatest(actual, 0) >= greatest(forecast - 1.281552 * standard_error, 0)
            and actual <= forecast + 1.281552 * standard_error,
            1.0, 0.0
        )
    ) as coverage_80,
    avg(
        if(
            greatest(actual, 0) >= greatest(forecast - 1.959964 * standard_error, 0)
            and actual <= forecast + 1.959964 * standard_error,
            1.0, 0.0
        )
    ) as coverage_95
from steps
group by series_id
