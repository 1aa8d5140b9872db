{{ config(materialized='ephemeral') }}

with builds as (

    select *, {{ utc_date('started_at') }} as event_date
    from {{ source('raw', 'builds') }}
    where status <> 'running'

),

{#- Builds of forecasts alone bring no events to the marts. -#}
publications as (

    select
        build_id,
        {{ seconds_between('as_of', 'published_at') }} as publish_lag_seconds,
        {{ seconds_between('lag(as_of) over (order by published_at)', 'published_at') }}
            as marts_age_seconds
    from builds
    where published_at is not null and build_id like 'full-%'

),

days as (

    select
        builds.event_date,
        count(*) as builds,
        {{ count_where("builds.status = 'green'") }} as green_builds,
        max(case when builds.status = 'green' then builds.finished_at end) as last_green_build_at,
        sum(builds.models_failed) as models_failed,
        sum(builds.tests_passed) as tests_passed,
        sum(builds.tests_warned) as tests_warned,
        sum(builds.tests_failed) as tests_failed,
        max(publications.publish_lag_seconds) as publish_lag_seconds,
        max(publications.marts_age_seconds) as marts_age_seconds
    from builds
    left join publications on builds.build_id = publications.build_id
    group by 1

),

names as (

    select
        builds.event_date,
        string_agg(
            distinct case when results.status = 'failed' then results.name end, ', '
        ) as failed_nodes,
        string_agg(
            distinct case when results.status = 'warned' then results.name end, ', '
        ) as warned_tests
    from {{ source('raw', 'build_results') }} as results
    inner join builds on results.build_id = builds.build_id
    group by 1

)

select
    days.*,
    names.failed_nodes,
    names.warned_tests
from days
left join names on days.event_date = names.event_date
