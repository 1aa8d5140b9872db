-- How good each candidate of this run was in the last six weeks: a rolling-origin backtest of what
-- it forecast at past cutoffs against what has happened since. Says which one is served.
--
-- Query parameters: see README.md.
-- Scores are those of esynapse/forecasting/backtest.py. Nothing of what came after a cutoff is in
-- its scales: they are means over the history up to it. `known` is that history.
-- A lower bound is clipped at zero, which covers a day of net refunds too: hence `miss`.
-- interval_scale: what the standard errors have to be multiplied by for 80 % of the errors to lie
-- in their intervals, which percentile_cont reads off (numpy's linear quantile); 1 with fewer than
-- 20 steps of evidence.
merge `${project}`.`${dataset}`.`forecast_accuracy_runs` as kept
using (
    with changes as (
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

    history as (
        select
            *,
            avg(abs(change)) over known as absolute_scale,
            avg(pow(change, 2)) over known as squared_scale
        from changes
        window known as (partition by measure, series_id order by series_hour)
    ),

    steps as (
        select
            candidates.measure,
            candidates.series_id,
            candidates.model,
            candidates.cutoff,
            candidates.standard_error,
            history.value as actual,
            nullif(shown.absolute_scale, 0) as absolute_scale,
            nullif(shown.squared_scale, 0) as squared_scale,
            greatest(candidates.forecast_value, 0) as forecast
        from `${project}`.`${dataset}`.`forecast_candidates` as candidates
        inner join history
            on
                candidates.measure = history.measure
                and candidates.series_id = history.series_id
                and candidates.forecast_timestamp = history.series_hour
        left join history as shown
            on
                candidates.measure = shown.measure
                and candidates.series_id = shown.series_id
                and candidates.cutoff = timestamp_add(shown.series_hour, interval 1 hour)
        where
            candidates.granularity = 'hourly'
            and candidates.cutoff < @cutoff
            and date(candidates.cutoff, @timezone)
            >= date_sub(date(@cutoff, @timezone), interval 42 day)
    ),

    errors as (
        select
            *,
            forecast - actual as error,
            abs(greatest(actual, 0) - forecast) as miss,
            percentile_cont(
                abs(greatest(actual, 0) - forecast)
                / nullif(1.2815515655446004 * standard_error, 0),
                0.8
            ) over (partition by measure, series_id, model) as fitting_scale
        from steps
    ),

    scores as (
        select
            measure,
            series_id,
            model,
            count(distinct cutoff) as cutoffs,
            count(*) as steps,
            avg(abs(error) / absolute_scale) as mase,
            sqrt(avg(pow(error, 2) / squared_scale)) as rmsse,
            avg(coalesce(safe_divide(2 * abs(error), abs(forecast) + abs(actual)), 0)) as smape,
            safe_divide(sum(error), sum(abs(actual))) as bias,
            avg(if(miss <= 1.2815515655446004 * standard_error, 1.0, 0.0)) as coverage_80,
            avg(if(miss <= 1.959963984540054 * standard_error, 1.0, 0.0)) as coverage_95,
            any_value(fitting_scale) as fitting_scale
        from errors
        group by measure, series_id, model
    ),

    contenders as (
        select distinct
            measure,
            series_id,
            model
        from `${project}`.`${dataset}`.`forecast_candidates`
        where granularity = 'hourly' and run_at = @run_at and not is_backtest
    )

    select
        measure,
        series_id,
        'hourly' as granularity,
        @run_at as run_at,
        model,
        row_number() over (
            partition by measure, series_id
            order by mase is null, mase, model <> 'ARIMA_PLUS', model
        ) = 1 as is_served,
        coalesce(cutoffs, 0) as cutoffs,
        coalesce(steps, 0) as steps,
        mase,
        rmsse,
        smape,
        bias,
        coverage_80,
        coverage_95,
        if(
            steps >= 20 and round(abs(coverage_80 - 0.8), 9) > 0.05,
            coalesce(fitting_scale, 1.0),
            1.0
        ) as interval_scale
    from contenders
    left join scores using (measure, series_id, model)
) as found
    on false
when not matched by source
and kept.granularity = 'hourly'
and date(kept.run_at, @timezone) = date(@run_at, @timezone)
then delete
when not matched then insert row
