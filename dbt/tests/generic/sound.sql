{#-
One test of a whole model; it returns the rules that do not hold, with how many rows break them.

key: columns that together identify a row (and are never null)
not_null: further columns that are never null
accepted: {column: values that it may have}
rates: columns that lie in 0 to 1 where not null
holds: {name: condition that is true for every row}; null counts as true
changed_days: the column of days of an incremental model, or of one that copies such a model;
    where the changed dates are known, only they and the days around them are tested
-#}
{% test sound(model, key, not_null=[], accepted={}, rates=[], holds={}, changed_days=none) %}

{%- set dates = changed_dates() -%}
{%- set rules = {} -%}
{%- for column in key + not_null -%}
    {%- do rules.update({column ~ ' is not null': column ~ ' is null'}) -%}
{%- endfor -%}
{%- for column, values in accepted.items() -%}
    {%- do rules.update({
        column ~ ' is accepted': column ~ " not in ('" ~ values | join("', '") ~ "')"
    }) -%}
{%- endfor -%}
{%- for column in rates -%}
    {%- do rules.update({column ~ ' is in 0 to 1': column ~ ' not between 0 and 1'}) -%}
{%- endfor -%}
{%- for name, condition in holds.items() -%}
    {%- do rules.update({name: 'not (' ~ condition ~ ')'}) -%}
{%- endfor -%}

with tested as (

    select * from {{ model }}
    {% if changed_days is not none and dates is not none %}
        where {{ changed_days }} in ({{ widened_dates(dates, 2, 2) }})
    {% endif %}

),

repeated as (

    select {{ key | join(', ') }}
    from tested
    group by {{ key | join(', ') }}
    having count(*) > 1

),

counted as (

    select
        {% for condition in rules.values() -%}
        {{ count_where(condition) }} as failures_{{ loop.index }} {%- if not loop.last %}, {% endif %}
        {% endfor %}
    from tested

),

judged as (

    select 'key is unique' as rule, count(*) as failures from repeated
    {% for name in rules -%}
    union all
    select '{{ name | replace("'", "") }}', failures_{{ loop.index }} from counted
    {% endfor %}

)

select rule, failures from judged
where failures > 0

{% endtest %}
