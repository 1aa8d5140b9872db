{#- A warning: a chart of parts that miss their sum misleads, but the forecast itself stands. -#}
{{ config(severity='warn') }}

select measure, series_id, granularity, time_series_timestamp
from {{ ref('forecast_decomposition') }}
where
    abs(
        time_series_data - (
            trend
            + seasonal_period_yearly
            + seasonal_period_weekly
            + seasonal_period_daily
            + holiday_effect
            + residual
        )
    ) > 0.01 + 1e-6 * abs(time_series_data)
