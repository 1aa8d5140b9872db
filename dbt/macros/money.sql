{#- Money is decimal from staging on: raw floats are rounded once, then sums are exact. -#}

{% macro money(amount) -%} cast({{ amount }} as numeric(18, 2)) {%- endmacro %}

{#-
Money from a double. Nine decimals first: what is half a cent but for binary fractions (137.89 ÷ 2)
is then rounded as half a cent, and by every engine alike.
-#}
{% macro money_from_double(amount) -%}
    {{ money("cast(" ~ amount ~ " as numeric(38, 9))") }}
{%- endmacro %}

{#- A unit price with nine decimals; null where the float is no such number. -#}
{% macro unit_price(price) -%} {{ return(adapter.dispatch('unit_price')(price)) }} {%- endmacro %}

{% macro duckdb__unit_price(price) -%} try_cast({{ price }} as decimal(18, 9)) {%- endmacro %}

{% macro bigquery__unit_price(price) -%} safe_cast({{ price }} as numeric) {%- endmacro %}

{#- Numerator ÷ denominator as a double; null where the denominator is 0. -#}
{% macro ratio(numerator, denominator) -%}
    ({{ as_double(numerator) }} / nullif({{ as_double(denominator) }}, 0))
{%- endmacro %}
