{{ config(
    materialized='incremental',
    partition_by=partition_by_day('event_date'),
    meta={'day': 'event_date'}
) }}

{#- 1970-01-01 stands for rows without a day, as in quarantined_events. -#}
with received as (

    select
        coalesce(event_date, date '1970-01-01') as event_date,
        count(*) as rows_received,
        {{ count_where("source = 'backfill'") }} as rows_backfill,
        {{ count_where("source = 'live'") }} as rows_live,
        {{ count_where("source = 'import'") }} as rows_import
    from {{ ref('stg_event_rules') }}
    {% if is_incremental() %}
        where
            {{ is_changed_day('event_date') }}
            or event_date is null
            or event_date = date '1970-01-01'
    {% endif %}
    group by 1

),

staged as (

    select
        event_date,
        count(*) as rows_staged,
        min(event_timestamp) as first_event_at,
        max(event_timestamp) as last_event_at,
        max(case when source = 'import' then event_timestamp end) as last_import_at
    from {{ ref('stg_events') }}
    {% if is_incremental() %} where {{ is_changed_day('event_date') }} {% endif %}
    group by 1

)

select
    event_date,
    received.rows_received,
    {{ whole('received.rows_backfill') }} as rows_backfill,
    {{ whole('received.rows_live') }} as rows_live,
    {{ whole('received.rows_import') }} as rows_import,
    coalesce(staged.rows_staged, 0) as rows_staged,
    staged.first_event_at,
    staged.last_event_at,
    staged.last_import_at
from received
left join staged using (event_date)
