{{ config(
    materialized='incremental',
    partition_by=partition_by_day('session_date'),
    meta={'day': 'session_date', 'before': 1, 'after': 1}
) }}

with events as (

    select
        {{ fingerprint('session_id') }} as session_key,
        event_date,
        product_id,
        min(event_timestamp) as started_at,
        {{ any_true("event_type = 'view_item'") }} as is_viewed,
        {{ any_true("event_type = 'add_to_cart'") }} as is_carted,
        {{ any_true("event_type = 'purchase'") }} as is_purchased,
        {{ any_true('is_on_sale') }} as is_on_sale
    from {{ ref('stg_events') }}
    where
        event_type not in ('refund', 'review')
        and product_id is not null
        {% if is_incremental() %}
            and {{ is_changed_day('event_date', 2, 2, day='session_date') }}
        {% endif %}
    group by 1, 2, 3

),

session_days as (

    select session_key, event_date, min(started_at) as started_at
    from events
    group by 1, 2

),

{#- A day of a session that had events the day before continues it over midnight. -#}
sessions as (

    select
        today.session_key,
        today.event_date,
        coalesce(yesterday.event_date, today.event_date) as session_date,
        coalesce(yesterday.started_at, today.started_at) as started_at
    from session_days as today
    left join session_days as yesterday
        on
            today.session_key = yesterday.session_key
            and yesterday.event_date = {{ add_days('today.event_date', -1) }}

)

select
    sessions.session_key,
    sessions.session_date,
    {{ shop_date('sessions.started_at') }} as shop_date,
    sessions.started_at,
    events.product_id,
    {{ any_true('events.is_viewed') }} as is_viewed,
    {{ any_true('events.is_carted') }} as is_carted,
    {{ any_true('events.is_purchased') }} as is_purchased,
    {{ any_true('events.is_on_sale') }} as is_on_sale
from events
inner join sessions
    on
        events.session_key = sessions.session_key
        and events.event_date = sessions.event_date
{% if is_incremental() %}
    where {{ is_changed_day('sessions.session_date', 1, 1, day='session_date') }}
{% endif %}
group by 1, 2, 3, 4, 5
