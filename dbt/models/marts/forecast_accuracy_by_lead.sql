with weeks as (

    select
        steps.granularity,
        measure,
        series_id,
        lead,
        lead_from,
        lead_to,
        is_backtest,
        {{ week_start('series_date') }} as week,
        count(*) as forecasts,
        sum(abs(error)) as absolute_error,
        sum(error) as total_error,
        sum(abs(actual)) as absolute_actual,
        {{ ratio(count_where('is_within_interval'), 'count(is_within_interval)') }} as coverage
    from {{ ref('int_forecast_steps') }} as steps
    inner join {{ lead_classes() }} as classes
        on
            steps.granularity = classes.granularity
            and steps.steps_ahead between classes.lead_from and classes.lead_to
    group by 1, 2, 3, 4, 5, 6, 7, 8

),

compared as (

    select
        *,
        {{ ratio('absolute_error', 'absolute_actual') }} as wape,
        {{ ratio(
            'sum(absolute_error) over weeks_before', 'sum(absolute_actual) over weeks_before'
        ) }} as wape_before
    from weeks
    window weeks_before as (
        partition by granularity, measure, series_id, lead_from, is_backtest
        order by {{ days_between("date '1970-01-05'", 'week') }}
        range between 28 preceding and 7 preceding
    )

)

select
    granularity,
    measure,
    series_id,
    lead,
    {{ whole('lead_from') }} as lead_from,
    {{ whole('lead_to') }} as lead_to,
    is_backtest,
    week,
    {{ whole('forecasts') }} as forecasts,
    absolute_error / forecasts as mean_absolute_error,
    wape,
    {{ ratio('total_error', 'absolute_actual') }} as bias,
    coverage,
    wape - wape_before as wape_change
from compared
