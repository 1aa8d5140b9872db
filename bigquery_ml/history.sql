-- What there is to learn from, in one row; the instants are null while there is nothing.
with days as (
    select
        min(series_date) as first_date,
        date_add(max(series_date), interval 1 day) as next_date
    from `${project}`.`${dataset}_marts`.`daily_series`
),

hours as (
    select
        min(series_hour) as first_hour,
        timestamp_add(max(series_hour), interval 1 hour) as next_hour
    from `${project}`.`${dataset}_marts`.`hourly_series`
)

select
    clock.complete_until as run_at,
    days.first_date,
    days.next_date,
    hours.first_hour,
    hours.next_hour
from `${project}`.`${dataset}_marts`.`pipeline_clock` as clock
cross join days
cross join hours
