{{ config(
    materialized='incremental', partition_by=partition_by_day('session_date'),
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
        event_type not in ('refund', 'review') and product_id is not null
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
        coalesce(yesterday.started_at, today.started_at) as started_at,
        yesterday.session_key is not null or tomorrow.session_key is not null as is_crossing
    from session_days as today
    left join session_days as yesterday
        on
            today.session_key = yesterday.session_key
            and yesterday.event_date = {{ add_days('today.event_date', -1) }}
    left join session_days as tomorrow
        on
            today.session_key = tomorrow.session_key
            and tomorrow.event_date = {{ add_days('today.event_date', 1) }}

),

{#- Few sessions cross midnight, so only their products are grouped again. -#}
session_products as (

    select
        session_key, session_date, sessions.started_at, product_id,
        is_viewed, is_carted, is_purchased, is_on_sale
    from events
    inner join sessions using (session_key, event_date)
    where not is_crossing
    union all
    select
        session_key, session_date, sessions.started_at, product_id,
        {{ any_true('is_viewed') }}, {{ any_true('is_carted') }},
        {{ any_true('is_purchased') }}, {{ any_true('is_on_sale') }}
    from events
    inner join sessions using (session_key, event_date)
    where is_crossing
    group by 1, 2, 3, 4

)

select *, {{ shop_date('started_at') }} as shop_date
from session_products
{% if is_incremental() %} where {{ is_changed_day('session_date', 1, 1) }} {% endif %}
{{ in_order_of_days('session_date') }}
