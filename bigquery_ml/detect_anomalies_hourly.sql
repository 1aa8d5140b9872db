-- Which hours of history the model finds out of the ordinary: outside of 99.9 % of what it expects.
-- Replaces what earlier runs found.
--
-- Query parameters: see README.md.
-- ML.DETECT_ANOMALIES names its columns as the training data does.
merge `${project}`.`${dataset}`.`history_anomalies` as kept
using (
    select
        measure,
        series_id,
        'hourly' as granularity,
        @run_at as run_at,
        series_hour as time_series_timestamp,
        value as time_series_data,
        is_anomaly,
        lower_bound,
        upper_bound,
        anomaly_probability
    from
        ml.detect_anomalies(
            model `${project}`.`${dataset}`.`${model}`,
            struct(0.999 as anomaly_prob_threshold)
        )
) as found
    on false
when not matched by source and kept.granularity = 'hourly' then delete
when not matched then insert row
