with events as (

    select
        max(last_event_at) as as_of,
        min(first_event_at) as first_event_at,
        max(last_import_at) as last_import_at
    from {{ ref('int_event_days') }}

),

dates as (

    select
        *,
        {{ shop_date('as_of') }} as as_of_date,
        {{ shop_date('first_event_at') }} as first_date
    from events

),

{#- A file that was imported is whole: it tells of its last day to the end of that day. -#}
ends as (

    select
        *,
        case
            when last_import_at = as_of
                then greatest(
                    as_of,
                    least({{ shop_midnight(add_days('as_of_date', 1)) }}, current_timestamp)
                )
            else as_of
        end as complete_until
    from dates

)

select
    as_of,
    as_of_date,
    complete_until,
    first_date,
    case
        when first_date < {{ shop_date('complete_until') }}
            then {{ add_days(shop_date('complete_until'), -1) }}
    end as last_complete_date,
    '{{ shop_timezone() }}' as shop_timezone,
    '{{ currency() }}' as currency,
    first_event_at
from ends
