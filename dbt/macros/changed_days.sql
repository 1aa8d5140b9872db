{#-
The incremental strategy: a run rebuilds whole days.

The days are event dates in UTC that received rows since the last green build: the variable
`changed_dates`, or ESYNAPSE_CHANGED_DATES with commas between (a new value of a variable makes dbt
parse everything again, a new value of this one does not). Without either, the newest three days of
the model, but for those that broken clocks put into the future. A model that looks at neighbouring
days names them in its meta: `day` is its column of days, `before` and `after` widen the list.
-#}

{#- The dates as a list, or none. -#}
{% macro changed_dates() -%}
    {%- set dates = var('changed_dates', none) -%}
    {%- if dates is none and execute -%}
        {%- set text = env_var('ESYNAPSE_CHANGED_DATES', 'none') -%}
        {%- if text != 'none' -%}
            {%- set dates = text.split(',') | select | list -%}
        {%- endif -%}
    {%- endif -%}
    {{ return(dates) }}
{%- endmacro %}

{#- A condition on `column`: true for the days to rebuild, widened. Use it when incremental. -#}
{% macro is_changed_day(column, before=0, after=0, relation=this, day=none) -%}
    {%- set dates = changed_dates() -%}
    {%- if dates is none -%}
        {%- set newest -%}
            select {{ add_days("coalesce(max(" ~ (day or column) ~ "), date '1970-01-05')", -3 - before) }}
            from {{ relation }}
            where {{ day or column }} <= {{ add_days(utc_date(now()), 1) }}
        {%- endset -%}
        {%- if target.type == 'bigquery' and execute and flags.INTROSPECT -%}
            {#- Which leaves partitions out for literals alone. -#}
            {{ column }} >= date '{{ run_query(newest)[0][0] }}'
        {%- else -%}
            {{ column }} >= ({{ newest }})
        {%- endif -%}
    {%- else -%}
        {{ column }} in ({{ widened_dates(dates, before, after) }})
    {%- endif -%}
{%- endmacro %}

{#- Date literals: every date of the list with `before` days before and `after` days after it. -#}
{% macro widened_dates(dates, before, after) -%}
    {%- set days = {} -%}
    {%- for text in dates -%}
        {%- set day = modules.datetime.date.fromisoformat(text | string) -%}
        {%- for shift in range(-before, after + 1) -%}
            {%- do days.update({(day + modules.datetime.timedelta(days=shift)).isoformat(): true}) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- for day in days | sort -%} date '{{ day }}' {%- if not loop.last -%}, {% endif -%}
    {%- else -%} date '0001-01-01' {%- endfor -%}
{%- endmacro %}

{#- A condition on a model's column of days: true for those that this run replaces. -#}
{% macro is_replaced_day(days, prefix='') -%}
    {#- 1970-01-01 stands for rows without a day, which every run reads again. -#}
    (
        {{ prefix }}{{ days['day'] }} = date '1970-01-01'
        or {{ is_changed_day(
            prefix ~ days['day'], days.get('before', 0), days.get('after', 0), day=days['day']
        ) }}
    )
{%- endmacro %}

{% macro get_incremental_changed_days_sql(arguments) -%}
    {%- set columns = arguments['dest_columns'] | map(attribute='quoted') | join(', ') -%}
    delete from {{ arguments['target_relation'] }}
    where {{ is_replaced_day(config.get('meta')) }};

    insert into {{ arguments['target_relation'] }} ({{ columns }})
    select {{ columns }} from {{ arguments['temp_relation'] }}
{%- endmacro %}

{#-
BigQuery's insert_overwrite, in one statement. dbt's own macro of this name replaces the days that
the new rows have, and so a day that lost its last row would keep it.
-#}
{% macro bq_insert_overwrite_sql(
    tmp_relation, target_relation, sql, unique_key, partition_by, partitions, dest_columns,
    tmp_relation_exists, copy_partitions
) -%}
    {{ get_insert_overwrite_merge_sql(
        target_relation, '(select * from ' ~ tmp_relation ~ ')', dest_columns,
        [is_replaced_day(config.get('meta'), 'DBT_INTERNAL_DEST.')], include_sql_header=false
    ) }};

    drop table if exists {{ tmp_relation }}
{%- endmacro %}

{#-
The last line of a model that other models read by day: DuckDB keeps the order of a full build and
so skips what lies in other days. BigQuery has partitions for that.
-#}
{% macro in_order_of_days(column) -%}
    {%- if target.type == 'duckdb' and not is_incremental() -%} order by {{ column }} {%- endif -%}
{%- endmacro %}

{#- BigQuery's partition configuration; DuckDB has none. -#}
{% macro partition_by_day(column) -%}
    {{ return({'field': column, 'data_type': 'date'} if target.type == 'bigquery' else none) }}
{%- endmacro %}

{#-
A condition more for BigQuery, which leaves partitions out for literals alone: `column` is at most
so many days older than the newest event. pipeline_clock, which the model reads, is asked when the
model's turn comes; without introspection the variable `compile_as_of` says it.
-#}
{% macro and_in_partitions_since(column, days) -%}
    {%- set relation = ref('pipeline_clock') -%}
    {%- if execute and target.type == 'bigquery' -%}
        {%- set as_of = var('compile_as_of', none) -%}
        {%- if flags.INTROSPECT and load_relation(relation) is not none -%}
            {%- set as_of = run_query('select as_of_date from ' ~ relation)[0][0] -%}
        {%- endif -%}
        {%- if as_of is not none -%}
            {%- set newest = modules.datetime.date.fromisoformat(as_of | string) -%}
            and {{ column }} >= date '{{ newest - modules.datetime.timedelta(days=days) }}'
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
