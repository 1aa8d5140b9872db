-- What the model's view of history and its forecast are made of; replaces that of earlier runs.
--
-- Query parameters: see README.md.
-- time_series_data is the sum of the parts: step changes belong to the trend, the patterns of
-- quarter and month to that of the year, spikes and dips to the residual; a part that the model
-- does not know is null there and 0 here.
merge `${project}`.`${dataset}`.`forecast_components` as kept
using (
    select
        measure,
        series_id,
        'daily' as granularity,
        @run_at as run_at,
        timestamp(date(time_series_timestamp), @timezone) as time_series_timestamp,
        time_series_type,
        time_series_data,
        coalesce(trend, 0) + coalesce(step_changes, 0) as trend,
        coalesce(seasonal_period_yearly, 0)
        + coalesce(seasonal_period_quarterly, 0)
        + coalesce(seasonal_period_monthly, 0) as seasonal_period_yearly,
        coalesce(seasonal_period_weekly, 0) as seasonal_period_weekly,
        coalesce(seasonal_period_daily, 0) as seasonal_period_daily,
        coalesce(holiday_effect, 0) as holiday_effect,
        coalesce(residual, 0) + coalesce(spikes_and_dips, 0) as residual
    from
        ml.explain_forecast(
            model `${project}`.`${dataset}`.`${model}`,
            struct(30 as horizon, 0.8 as confidence_level)
        )
) as found
    on false
when not matched by source and kept.granularity = 'daily' then delete
when not matched then insert row
