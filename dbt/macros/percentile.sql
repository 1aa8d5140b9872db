{#-
The percentile rank of a value within a category, 0 (worst) to 1 (best); ties share the mean of
their ranks, a value alone gets 0.5, null stays null. `best` is 'high' or 'low'.
-#}
{% macro percentile(value, best='high') -%}
    {%- set upwards = 'asc' if best == 'high' else 'desc' -%}
    {%- set downwards = 'desc' if best == 'high' else 'asc' -%}
    case when {{ value }} is not null then (
        percent_rank() over (
            partition by category, {{ value }} is null order by {{ value }} {{ upwards }}
        )
        + 1
        - percent_rank() over (
            partition by category, {{ value }} is null order by {{ value }} {{ downwards }}
        )
    ) / 2 end
{%- endmacro %}
