with events as (

    select
        max(event_timestamp) as as_of,
        min(event_timestamp) as first_event_at
    from {{ ref('stg_events') }}

),

dates as (

    select
        as_of,
        first_event_at,
        {{ shop_date('as_of') }} as as_of_date,
        {{ shop_date('first_event_at') }} as first_date
    from events

)

select
    as_of,
    as_of_date,
    first_date,
    case when first_date < as_of_date then {{ add_days('as_of_date', -1) }} end
        as last_complete_date,
    '{{ shop_timezone() }}' as shop_timezone,
    '{{ currency() }}' as currency,
    first_event_at
from dates
