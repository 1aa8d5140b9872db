with clock as (

    select
        *,
        greatest(
            least(28, floor({{ seconds_between('first_event_at', 'as_of') }} / 86400) - 1), 0
        ) as spans
    from {{ ref('pipeline_clock') }}

),

interactions as (

    select
        events.product_id,
        clock.as_of,
        clock.spans,
        {{ seconds_between('events.event_timestamp', 'clock.as_of') }} / 3600 as age_hours,
        case events.event_type when 'view_item' then 1 when 'add_to_cart' then 3 else 8 end
            as weight
    from {{ ref('stg_events') }} as events
    cross join clock
    where
        events.event_date >= (
            select {{ add_days('as_of_date', -31) }} from {{ ref('pipeline_clock') }}
        )
        {{ and_in_partitions_since('events.event_date', days=31) }}
        and events.event_type in ('view_item', 'add_to_cart', 'purchase')
        and events.event_timestamp > {{ add_hours('clock.as_of', -29 * 24) }}

)

select
    product_id,
    {{ whole('floor(age_hours / 24)') }} as span,
    as_of,
    {{ whole('spans') }} as spans,
    {{ whole('sum(weight)') }} as weighted,
    sum(weight * pow(0.5, (age_hours - 24 * floor(age_hours / 24)) / 12)) as decayed,
    sum(pow(0.5, (age_hours - 24 * floor(age_hours / 24)) / 12)) as decayed_count,
    {{ whole(count_where('weight = 1')) }} as views,
    {{ whole(count_where('weight = 3')) }} as carts,
    {{ whole(count_where('weight = 8')) }} as purchases
from interactions
group by 1, 2, 3, 4
