with quarantined as (

    select event_date, count(*) as quarantined
    from {{ ref('quarantined_events') }}
    group by 1

),

dead_letters as (

    select {{ utc_date('publish_time') }} as event_date, count(*) as dead_letters
    from {{ source('raw', 'dead_letter_events') }}
    group by 1

),

dates as (

    select event_date from {{ ref('int_event_days') }}
    union distinct
    select event_date from quarantined
    union distinct
    select event_date from dead_letters
    union distinct
    select event_date from {{ ref('int_arrival_days') }}
    union distinct
    select event_date from {{ ref('int_build_days') }}

)

select
    dates.event_date as health_date,
    {% for name in ['rows_received', 'rows_backfill', 'rows_live', 'rows_import', 'rows_staged'] -%}
        {{ whole('coalesce(days.' ~ name ~ ', 0)') }} as {{ name }},
    {% endfor -%}
    greatest({{ whole(
        'coalesce(days.rows_received - days.rows_staged - coalesce(quarantined.quarantined, 0), 0)'
    ) }}, 0) as duplicates,
    {{ whole('coalesce(quarantined.quarantined, 0)') }} as quarantined,
    {{ whole('coalesce(dead_letters.dead_letters, 0)') }} as dead_letters,
    {% for name in [
        'rows_streamed', 'rows_late',
        'late_under_1_hour', 'late_under_1_day', 'late_under_7_days', 'late_7_days_and_more'
    ] -%}
        {{ whole('coalesce(arrivals.' ~ name ~ ', 0)') }} as {{ name }},
    {% endfor -%}
    {% for name in [
        'builds', 'green_builds', 'models_failed', 'tests_passed', 'tests_warned', 'tests_failed'
    ] -%}
        {{ whole('coalesce(builds.' ~ name ~ ', 0)') }} as {{ name }},
    {% endfor -%}
    builds.failed_nodes,
    builds.warned_tests,
    builds.last_green_build_at,
    builds.publish_lag_seconds,
    builds.marts_age_seconds
from dates
left join {{ ref('int_event_days') }} as days on dates.event_date = days.event_date
left join quarantined on dates.event_date = quarantined.event_date
left join dead_letters on dates.event_date = dead_letters.event_date
left join {{ ref('int_arrival_days') }} as arrivals on dates.event_date = arrivals.event_date
left join {{ ref('int_build_days') }} as builds on dates.event_date = builds.event_date
