with candidates as (

    select
        *,
        model like 'SeasonalNaive%' as is_naive
    from {{ source('raw', 'forecast_accuracy_runs') }}

),

runs as (

    select
        measure,
        series_id,
        granularity,
        run_at,
        max(case when is_naive then mase end) as naive_mase,
        {{ any_true('is_naive and is_served') }} and count(*) > 1 as is_fallback
    from candidates
    group by 1, 2, 3, 4

)

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
    interval_scale,
    {{ ratio('mase', 'naive_mase') }} as mase_ratio,
    is_fallback,
    run_at = max(run_at) over (partition by measure, series_id, granularity) as is_latest_run
from candidates
inner join runs using (measure, series_id, granularity, run_at)
