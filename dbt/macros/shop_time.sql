{#- Days and hours of the shop. Time is stored in UTC; the shop's zone cuts it. -#}

{% macro shop_timezone() -%}
    {{ var('shop_timezone', env_var('ESYNAPSE_TIMEZONE', 'UTC')) }}
{%- endmacro %}

{% macro currency() -%}
    {{ var('currency', env_var('ESYNAPSE_CURRENCY', 'USD')) }}
{%- endmacro %}

{#- The shop's date of an instant. -#}
{% macro shop_date(instant) -%} {{ return(adapter.dispatch('shop_date')(instant)) }} {%- endmacro %}

{% macro duckdb__shop_date(instant) -%}
    cast(timezone('{{ shop_timezone() }}', {{ instant }}) as date)
{%- endmacro %}

{% macro bigquery__shop_date(instant) -%}
    date({{ instant }}, '{{ shop_timezone() }}')
{%- endmacro %}

{#- The instant at which the shop's hour around an instant began. -#}
{% macro shop_hour(instant) -%} {{ return(adapter.dispatch('shop_hour')(instant)) }} {%- endmacro %}

{% macro duckdb__shop_hour(instant) -%}
    {%- set local = "timezone('" ~ shop_timezone() ~ "', " ~ instant ~ ")" -%}
    ({{ instant }} - ({{ local }} - date_trunc('hour', {{ local }})))
{%- endmacro %}

{% macro bigquery__shop_hour(instant) -%}
    timestamp_trunc({{ instant }}, hour, '{{ shop_timezone() }}')
{%- endmacro %}

{#- The instant at which a date of the shop begins. -#}
{% macro shop_midnight(day) -%} {{ return(adapter.dispatch('shop_midnight')(day)) }} {%- endmacro %}

{% macro duckdb__shop_midnight(day) -%}
    timezone('{{ shop_timezone() }}', cast({{ day }} as timestamp))
{%- endmacro %}

{% macro bigquery__shop_midnight(day) -%}
    timestamp({{ day }}, '{{ shop_timezone() }}')
{%- endmacro %}

{#- The UTC date of an instant. -#}
{% macro utc_date(instant) -%} {{ return(adapter.dispatch('utc_date')(instant)) }} {%- endmacro %}

{% macro duckdb__utc_date(instant) -%} cast(timezone('UTC', {{ instant }}) as date) {%- endmacro %}

{% macro bigquery__utc_date(instant) -%} date({{ instant }}) {%- endmacro %}

{#- Seconds from one instant to another, with the fraction. -#}
{% macro seconds_between(first, second) -%}
    {{ return(adapter.dispatch('seconds_between')(first, second)) }}
{%- endmacro %}

{% macro duckdb__seconds_between(first, second) -%}
    ((epoch_us({{ second }}) - epoch_us({{ first }})) / 1e6)
{%- endmacro %}

{% macro bigquery__seconds_between(first, second) -%}
    (timestamp_diff({{ second }}, {{ first }}, microsecond) / 1e6)
{%- endmacro %}

{#- An instant some hours later (or, negative, earlier). -#}
{% macro add_hours(instant, hours) -%}
    {{ return(adapter.dispatch('add_hours')(instant, hours)) }}
{%- endmacro %}

{% macro duckdb__add_hours(instant, hours) -%}
    ({{ instant }} + to_hours({{ hours }}))
{%- endmacro %}

{% macro bigquery__add_hours(instant, hours) -%}
    timestamp_add({{ instant }}, interval {{ hours }} hour)
{%- endmacro %}

{#- A date some days later (or, negative, earlier), as a date. -#}
{% macro add_days(day, days) -%} {{ return(adapter.dispatch('add_days')(day, days)) }} {%- endmacro %}

{% macro duckdb__add_days(day, days) -%} ({{ day }} + cast({{ days }} as integer)) {%- endmacro %}

{% macro bigquery__add_days(day, days) -%}
    date_add({{ day }}, interval {{ days }} day)
{%- endmacro %}

{#- Whole days from one date to another. -#}
{% macro days_between(first, second) -%}
    {{ return(adapter.dispatch('days_between')(first, second)) }}
{%- endmacro %}

{% macro duckdb__days_between(first, second) -%} ({{ second }} - {{ first }}) {%- endmacro %}

{% macro bigquery__days_between(first, second) -%}
    date_diff({{ second }}, {{ first }}, day)
{%- endmacro %}

{#- 1 (Sunday) to 7 (Saturday). -#}
{% macro weekday(day) -%} {{ return(adapter.dispatch('weekday')(day)) }} {%- endmacro %}

{% macro duckdb__weekday(day) -%} (dayofweek({{ day }}) + 1) {%- endmacro %}

{% macro bigquery__weekday(day) -%} extract(dayofweek from {{ day }}) {%- endmacro %}

{#- The Monday of a date's week. -#}
{% macro week_start(day) -%}
    {{ add_days(day, "-mod(" ~ weekday(day) ~ " + 5, 7)") }}
{%- endmacro %}

{#- An aggregate over a product's days from `first` to `last` days after the row's shop_date. -#}
{% macro over_days(aggregate, first, last) -%}
    {%- set day = "shop_date" if target.type == 'duckdb' else "unix_date(shop_date)" -%}
    {{ aggregate }} over (
        partition by product_id order by {{ day }}
        range between {{ _days_bound(first) }} and {{ _days_bound(last) }}
    )
{%- endmacro %}

{% macro _days_bound(shift) -%}
    {%- set length = "interval " ~ (shift | abs) ~ " day" if target.type == 'duckdb' else shift | abs -%}
    {{ length }} {{ 'preceding' if shift < 0 else 'following' }}
{%- endmacro %}
