select measure, series_id, granularity, run_at
from {{ ref('forecast_accuracy') }}
group by measure, series_id, granularity, run_at
having {{ count_where('is_served') }} <> 1
