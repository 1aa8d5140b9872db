{#- Of forecasts: their series, their leads, their errors, and how odd what happened is. -#}

{#- The category of a series_id; null for the total. -#}
{% macro series_category() -%}
    case when series_id <> 'total' then substr(series_id, length('category:') + 1) end
{%- endmacro %}

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

{#- The classes of how far ahead a step was: rows with granularity, lead, lead_from, lead_to. -#}
{% macro lead_classes() -%}
    {%- set classes = {
        'daily': [('1 day', 1, 1), ('2–7 days', 2, 7), ('8–14 days', 8, 14), ('15–30 days', 15, 30)],
        'hourly': [('1–24 hours', 1, 24), ('25–72 hours', 25, 72), ('73–168 hours', 73, 168)],
    } -%}
    (
        {%- for granularity, leads in classes.items() %}
            {%- set outer = loop %}
            {%- for name, first, last in leads %}
        select
            '{{ granularity }}' as granularity,
            '{{ name }}' as lead,
            {{ first }} as lead_from,
            {{ last }} as lead_to
                {%- if not (outer.last and loop.last) %}
        union all
                {%- endif %}
            {%- endfor %}
        {%- endfor %}
    )
{%- endmacro %}

{#-
The probability that a normal value lies within so many standard errors of its mean: 2Φ(z) − 1,
which is erf(z ÷ √2). Neither engine has erf, so it is the polynomial 7.1.26 of Abramowitz and
Stegun, Handbook of Mathematical Functions, off by at most 1.5e-7. From 10 on it is 1, and its
exponent stays within a double.
-#}
{% macro normal_probability(distance) -%}
    {%- set x = "(case when " ~ distance ~ " > 10 then 10 else " ~ distance ~ " end / sqrt(2))" -%}
    {%- set t = "(1 / (1 + 0.3275911 * " ~ x ~ "))" -%}
    (1 - {{ t }} * (
        0.254829592 + {{ t }} * (
            -0.284496736 + {{ t }} * (
                1.421413741 + {{ t }} * (-1.453152027 + {{ t }} * 1.061405429)
            )
        )
    ) * exp(-{{ x }} * {{ x }}))
{%- endmacro %}
