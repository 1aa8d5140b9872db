-- The cutoffs of the last weeks at which there are forecasts already, by candidate.
--
-- Query parameter: see README.md.
select distinct
    granularity,
    model,
    cutoff
from `${project}`.`${dataset}`.`forecast_candidates`
where cutoff >= timestamp_sub(@run_at, interval 50 day)
