-- What is served: of each series the candidate that evaluate_hourly.sql chose, its standard errors
-- scaled as the evidence demands, its interval of 80 %, values and lower bounds clipped at zero. A
-- backtest, of whose cutoff no evaluation was made, is served by the model as it is.
--
-- Query parameters: see README.md.
-- A run replaces all of its day, a backtest only what an earlier backtest left.
merge `${project}`.`${dataset}`.`hourly_forecasts` as kept
using (
    with chosen as (
        select
            candidates.* except (standard_error),
            candidates.standard_error * coalesce(accuracy.interval_scale, 1) as standard_error
        from `${project}`.`${dataset}`.`forecast_candidates` as candidates
        left join `${project}`.`${dataset}`.`forecast_accuracy_runs` as accuracy
            on
                candidates.measure = accuracy.measure
                and candidates.series_id = accuracy.series_id
                and candidates.granularity = accuracy.granularity
                and candidates.model = accuracy.model
                and candidates.run_at = accuracy.run_at
                and not candidates.is_backtest
        where
            candidates.granularity = 'hourly'
            and candidates.run_at = @run_at
            and candidates.is_backtest = @is_backtest
            and coalesce(accuracy.is_served, candidates.model = 'ARIMA_PLUS')
    ),

    final as (
        select * replace (greatest(forecast_value, 0) as forecast_value)
        from chosen
    )

    select
        measure,
        series_id,
        run_at,
        cutoff,
        is_backtest,
        model,
        forecast_timestamp,
        forecast_value,
        standard_error,
        0.8 as confidence_level,
        greatest(
            forecast_value - 1.2815515655446004 * standard_error, 0
        ) as prediction_interval_lower_bound,
        forecast_value + 1.2815515655446004 * standard_error as prediction_interval_upper_bound
    from final
) as found
    on false
when not matched by source
and (kept.is_backtest or not @is_backtest)
and date(kept.run_at, @timezone) = date(@run_at, @timezone)
then delete
when not matched then insert row
