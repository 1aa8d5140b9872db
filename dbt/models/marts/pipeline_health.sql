with days as (

    select * from {{ ref('int_event_days') }}

),

quarantined as (

    select event_date, count(*) as quarantined
    from {{ ref('quarantined_events') }}
    group by 1

),

letters as (

    select {{ utc_date('publish_time') }} as event_date, count(*) as dead_letters
    from {{ source('raw', 'dead_letter_events') }}
    group by 1

),

runs as (

    select
        {{ utc_date('started_at') }} as event_date,
        count(*) as builds,
        {{ count_where("status = 'green'") }} as green_builds,
        max(case when status = 'green' then finished_at end) as last_green_build_at
    from {{ source('raw', 'builds') }}
    where status <> 'running'
    group by 1

),

dates as (

    select event_date from days
    union distinct
    select event_date from quarantined
    union distinct
    select event_date from letters
    union distinct
    select event_date from runs

)

select
    event_date as health_date,
    {{ whole('coalesce(days.rows_received, 0)') }} as rows_received,
    {{ whole('coalesce(days.rows_backfill, 0)') }} as rows_backfill,
    {{ whole('coalesce(days.rows_live, 0)') }} as rows_live,
    {{ whole('coalesce(days.rows_import, 0)') }} as rows_import,
    greatest({{ whole(
        'coalesce(days.rows_received - days.rows_staged - coalesce(quarantined.quarantined, 0), 0)'
    ) }}, 0) as duplicates,
    {{ whole('coalesce(quarantined.quarantined, 0)') }} as quarantined,
    {{ whole('coalesce(days.rows_staged, 0)') }} as rows_staged,
    {{ whole('coalesce(letters.dead_letters, 0)') }} as dead_letters,
    {{ whole('coalesce(runs.builds, 0)') }} as builds,
    {{ whole('coalesce(runs.green_builds, 0)') }} as green_builds,
    runs.last_green_build_at
from dates
left join days using (event_date)
left join quarantined using (event_date)
left join letters using (event_date)
left join runs using (event_date)
