with source as (

    select * from {{ source('raw', 'forecast_accuracy_runs') }}

)

select
    series_id,
    granularity,
    run_at,
    model,
    served_model,
    cutoffs,
    mase,
    naive_mase,
    rmsse,
    smape,
    bias,
    coverage_80,
    coverage_95,
    {{ ratio('mase', 'naive_mase') }} as mase_ratio,
    served_model <> model as is_fallback,
    run_at = max(run_at) over (partition by series_id, granularity) as is_latest_run
from source
