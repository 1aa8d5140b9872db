-- The seasonal naive: the last 168 hours again, into the table of candidates. It is the
-- bar that a model has to clear, and what is served where none does.
--
-- Query parameters: see README.md.
-- Standard errors are those of esynapse/forecasting/models.py: the root mean square of the changes
-- from season to season (with one season alone, the spread within it).
merge `${project}`.`${dataset}`.`forecast_candidates` as kept
using (
    with history as (
        select
            measure,
            series_id,
            series_hour,
            cast(value as float64) as value,
            cast(
                value
                - lag(value, 168) over (partition by measure, series_id order by series_hour)
                as float64
            ) as change
        from `${project}`.`${dataset}_marts`.`hourly_series`
        where series_hour < @cutoff
    ),

    errors as (
        select
            measure,
            series_id,
            coalesce(sqrt(avg(pow(change, 2))), stddev_pop(value)) as standard_error
        from history
        group by measure, series_id
        having count(*) >= 168
    ),

    steps as (
        select
            history.measure,
            history.series_id,
            history.value,
            errors.standard_error,
            timestamp_add(history.series_hour, interval 168 hour) as forecast_timestamp
        from history
        inner join errors using (measure, series_id)
        where history.series_hour >= timestamp_sub(@cutoff, interval 168 hour)
    )

    select
        measure,
        series_id,
        @run_at as run_at,
        @cutoff as cutoff,
        @is_backtest as is_backtest,
        'SeasonalNaive(168)' as model,
        forecast_timestamp,
        value as forecast_value,
        standard_error,
        0.8 as confidence_level,
        value - 1.2815515655446004 * standard_error as prediction_interval_lower_bound,
        value + 1.2815515655446004 * standard_error as prediction_interval_upper_bound,
        'hourly' as granularity
    from steps
) as found
    on false
when not matched by source
and kept.granularity = 'hourly'
and kept.model = 'SeasonalNaive(168)'
and kept.is_backtest = @is_backtest
and date(kept.run_at, @timezone) = date(@run_at, @timezone)
then delete
when not matched then insert row
