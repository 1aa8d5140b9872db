-- The seasonal naive: the last 7 days again and again, into the table of candidates. It is the
-- bar that a model has to clear, and what is served where none does.
--
-- Query parameters: see README.md.
-- Standard errors are those of esynapse/forecasting/models.py: the root mean square of the changes
-- from season to season (with one season alone, the spread within it), times the root of the
-- seasons ahead.
merge `${project}`.`${dataset}`.`forecast_candidates` as kept
using (
    with history as (
        select
            measure,
            series_id,
            series_date,
            cast(value as float64) as value,
            cast(
                value
                - lag(value, 7) over (partition by measure, series_id order by series_date)
                as float64
            ) as change
        from `${project}`.`${dataset}_marts`.`daily_series`
        where series_date < date(@cutoff, @timezone)
    ),

    errors as (
        select
            measure,
            series_id,
            coalesce(sqrt(avg(pow(change, 2))), stddev_pop(value)) as standard_error
        from history
        group by measure, series_id
        having count(*) >= 7
    ),

    steps as (
        select
            history.measure,
            history.series_id,
            history.value,
            errors.standard_error * sqrt(weeks) as standard_error,
            date_add(history.series_date, interval 7 * weeks day) as forecast_date
        from history
        inner join errors using (measure, series_id)
        cross join unnest([1, 2, 3, 4, 5]) as weeks
        where
            history.series_date >= date_sub(date(@cutoff, @timezone), interval 7 day)
            and date_add(history.series_date, interval 7 * weeks day)
            < date_add(date(@cutoff, @timezone), interval 30 day)
    )

    select
        measure,
        series_id,
        @run_at as run_at,
        @cutoff as cutoff,
        @is_backtest as is_backtest,
        'SeasonalNaive(7)' as model,
        timestamp(forecast_date, @timezone) as forecast_timestamp,
        value as forecast_value,
        standard_error,
        0.8 as confidence_level,
        value - 1.2815515655446004 * standard_error as prediction_interval_lower_bound,
        value + 1.2815515655446004 * standard_error as prediction_interval_upper_bound,
        'daily' as granularity
    from steps
) as found
    on false
when not matched by source
and kept.granularity = 'daily'
and kept.model = 'SeasonalNaive(7)'
and kept.is_backtest = @is_backtest
and date(kept.run_at, @timezone) = date(@run_at, @timezone)
then delete
when not matched then insert row
