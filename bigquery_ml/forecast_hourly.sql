-- What the model forecasts, as it gives it: the next 168 hours of the total, into the table of
-- candidates. A run replaces what a run of the same day left.
--
-- Query parameters: see README.md.
merge `${project}`.`${dataset}`.`forecast_candidates` as kept
using (
    select
        measure,
        series_id,
        @run_at as run_at,
        @cutoff as cutoff,
        @is_backtest as is_backtest,
        'ARIMA_PLUS' as model,
        forecast_timestamp,
        forecast_value,
        standard_error,
        confidence_level,
        prediction_interval_lower_bound,
        prediction_interval_upper_bound,
        'hourly' as granularity
    from
        ml.forecast(
            model `${project}`.`${dataset}`.`${model}`,
            struct(168 as horizon, 0.8 as confidence_level)
        )
) as found
    on false
when not matched by source
and kept.granularity = 'hourly'
and kept.model = 'ARIMA_PLUS'
and kept.is_backtest = @is_backtest
and date(kept.run_at, @timezone) = date(@run_at, @timezone)
then delete
when not matched then insert row
