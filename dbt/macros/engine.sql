{#- Small differences between DuckDB and BigQuery. -#}

{#- Rows of a subquery with one column `item`: every date, or every hour, from first to last. -#}
{% macro date_series(first, last) -%}
    {{ return(adapter.dispatch('date_series')(first, last)) }}
{%- endmacro %}

{% macro duckdb__date_series(first, last) -%}
    unnest(generate_series(
        cast({{ first }} as timestamp), cast({{ last }} as timestamp), interval 1 day
    )) as series(item)
{%- endmacro %}

{% macro bigquery__date_series(first, last) -%}
    unnest(generate_date_array({{ first }}, {{ last }})) as item
{%- endmacro %}

{% macro hour_series(first, last) -%}
    {{ return(adapter.dispatch('hour_series')(first, last)) }}
{%- endmacro %}

{% macro duckdb__hour_series(first, last) -%}
    unnest(generate_series({{ first }}, {{ last }}, interval 1 hour)) as series(item)
{%- endmacro %}

{% macro bigquery__hour_series(first, last) -%}
    unnest(generate_timestamp_array({{ first }}, {{ last }}, interval 1 hour)) as item
{%- endmacro %}

{#- How many rows fulfil a condition. -#}
{% macro count_where(condition) -%}
    coalesce(sum(case when {{ condition }} then 1 else 0 end), 0)
{%- endmacro %}

{% macro any_true(condition) -%} {{ return(adapter.dispatch('any_true')(condition)) }} {%- endmacro %}

{% macro duckdb__any_true(condition) -%} bool_or({{ condition }}) {%- endmacro %}

{% macro bigquery__any_true(condition) -%} logical_or({{ condition }}) {%- endmacro %}

{#- The value in the row where `by` is largest; null where `by` is null in all rows. -#}
{% macro value_of_last(value, by) -%}
    {{ return(adapter.dispatch('value_of_last')(value, by)) }}
{%- endmacro %}

{% macro duckdb__value_of_last(value, by) -%} arg_max_null({{ value }}, {{ by }}) {%- endmacro %}

{% macro bigquery__value_of_last(value, by) -%}
    any_value({{ value }} having max {{ by }})
{%- endmacro %}

{#- A float as a double of the engine. -#}
{% macro as_double(value) -%}
    cast({{ value }} as {{ 'float64' if target.type == 'bigquery' else 'double' }})
{%- endmacro %}

{#- A 64-bit fingerprint of a string: what large tables are grouped by. -#}
{% macro fingerprint(text) -%} {{ return(adapter.dispatch('fingerprint')(text)) }} {%- endmacro %}

{% macro duckdb__fingerprint(text) -%} cast(hash({{ text }}) >> 1 as bigint) {%- endmacro %}

{% macro bigquery__fingerprint(text) -%} farm_fingerprint({{ text }}) {%- endmacro %}

{#- A sum or count as a 64-bit integer. -#}
{% macro whole(value) -%} cast({{ value }} as int64) {%- endmacro %}

{#- Rows of a subquery with one column `item`: whole numbers from first to last. -#}
{% macro number_series(first, last) -%}
    {{ return(adapter.dispatch('number_series')(first, last)) }}
{%- endmacro %}

{% macro duckdb__number_series(first, last) -%}
    unnest(generate_series({{ first }}, {{ last }})) as series(item)
{%- endmacro %}

{% macro bigquery__number_series(first, last) -%}
    unnest(generate_array({{ first }}, {{ last }})) as item
{%- endmacro %}
