-- What TimesFM, a model that Google has trained already, forecasts from the same history: the
-- next 30 days of each series, into the table of candidates. Optional.
--
-- Query parameters: see README.md.
-- AI.FORECAST gives no standard error: it is read off the 80 % interval (z = 1.2815515655446004).
-- A series that it cannot forecast has a status and no value; it has no challenger then.
merge `${project}`.`${dataset}`.`forecast_candidates` as kept
using (
    select
        measure,
        series_id,
        @run_at as run_at,
        @cutoff as cutoff,
        @is_backtest as is_backtest,
        'TimesFM 2.5' as model,
        timestamp(date(forecast_timestamp), @timezone) as forecast_timestamp,
        forecast_value,
        (prediction_interval_upper_bound - prediction_interval_lower_bound)
        / (2 * 1.2815515655446004) as standard_error,
        confidence_level,
        prediction_interval_lower_bound,
        prediction_interval_upper_bound,
        'daily' as granularity
    from
        ai.forecast(
            (
                select
                    measure,
                    series_id,
                    series_date,
                    value
                from `${project}`.`${dataset}_marts`.`daily_series`
                where series_date < date(@cutoff, @timezone)
            ),
            data_col => 'value',
            timestamp_col => 'series_date',
            model => 'TimesFM 2.5',
            id_cols => ['measure', 'series_id'],
            horizon => 30,
            confidence_level => 0.8
        )
    where forecast_value is not null
) as found
    on false
when not matched by source
and kept.granularity = 'daily'
and kept.model = 'TimesFM 2.5'
and kept.is_backtest = @is_backtest
and date(kept.run_at, @timezone) = date(@run_at, @timezone)
then delete
when not matched then insert row
