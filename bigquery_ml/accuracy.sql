-- What this run found of its candidates, as the raw table has it.
--
-- Query parameter: see README.md.
select
    measure,
    series_id,
    granularity,
    run_at,
    model,
    is_served,
    cutoffs,
    steps,
    mase,
    rmsse,
    smape,
    bias,
    coverage_80,
    coverage_95,
    interval_scale
from `${project}`.`${dataset}`.`forecast_accuracy_runs`
where run_at = @run_at
order by granularity, measure, series_id, model
