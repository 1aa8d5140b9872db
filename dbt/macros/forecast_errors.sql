{#- The columns that a forecast and what happened have in common, by day and by hour. -#}
{% macro forecast_errors() -%}
    forecast_value,
    standard_error,
    confidence_level,
    prediction_interval_lower_bound,
    prediction_interval_upper_bound,
    actual_value,
    forecast_value - actual as error,
    abs(forecast_value - actual) / nullif(abs(actual), 0) as absolute_percentage_error,
    actual between prediction_interval_lower_bound and prediction_interval_upper_bound
        as is_within_interval
{%- endmacro %}
