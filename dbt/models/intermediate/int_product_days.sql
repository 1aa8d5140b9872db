{{ config(
    materialized='incremental',
    partition_by=partition_by_day('shop_date'),
    meta={'day': 'shop_date', 'before': 2, 'after': 2}
) }}

{% set line_amount = 'round(unit_price * quantity, 2)' %}
{% set wanted = "event_type in ('add_to_cart', 'purchase')" %}
{% set in_session = "event_type not in ('refund', 'review')" %}

with events as (

    select
        product_id,
        shop_date,
        {{ count_where("event_type = 'view_item'") }} as views,
        {{ count_where("event_type = 'out_of_stock'") }} as out_of_stock_events,
        min(case when event_type = 'out_of_stock' then event_timestamp end) as sold_out_at,
        min(case when {{ wanted }} then event_timestamp end) as first_wanted_at,
        max(case when {{ wanted }} then event_timestamp end) as last_wanted_at,
        {{ count_where("event_type = 'review'") }} as reviews,
        sum(case when event_type = 'review' then rating else 0 end) as rating_sum,
        {{ count_where(in_session) }} as priced_events,
        {{ count_where(in_session ~ ' and is_on_sale') }} as on_sale_events,
        min(case when {{ in_session }} then unit_price end) as lowest_price,
        avg(case when {{ in_session }} then {{ as_double('unit_price') }} end) as average_price,
        count(distinct case when event_type = 'purchase' then session_id end) as orders,
        sum(case when event_type = 'purchase' then quantity else 0 end) as units,
        sum(case when event_type = 'refund' then quantity else 0 end) as units_refunded,
        sum(case when event_type = 'purchase' then {{ line_amount }} else 0 end) as gross_revenue,
        sum(case when event_type = 'refund' then {{ line_amount }} else 0 end) as refunds
    from {{ ref('stg_events') }}
    where
        product_id is not null
        {% if is_incremental() %}
            and {{ is_changed_day('shop_date', 2, 2) }}
            and {{ is_changed_day('event_date', 3, 3, day='shop_date') }}
        {% endif %}
    group by 1, 2

),

sessions as (

    select
        product_id,
        shop_date,
        {{ count_where('is_viewed') }} as sessions_viewed,
        {{ count_where('is_carted') }} as sessions_carted,
        {{ count_where('is_purchased') }} as sessions_purchased,
        {{ count_where('is_viewed and is_carted') }} as sessions_viewed_carted,
        {{ count_where('is_carted and is_purchased') }} as sessions_carted_purchased,
        {{ count_where('is_viewed and is_purchased') }} as sessions_viewed_purchased
    from {{ ref('int_session_products') }}
    {% if is_incremental() %}
        where
            {{ is_changed_day('shop_date', 2, 2) }}
            and {{ is_changed_day('session_date', 3, 3, day='shop_date') }}
    {% endif %}
    group by 1, 2

)

select
    product_id,
    shop_date,
    {% for column in [
        'views', 'out_of_stock_events', 'reviews', 'rating_sum', 'priced_events',
        'on_sale_events', 'orders', 'units', 'units_refunded', 'sessions_viewed',
        'sessions_carted', 'sessions_purchased', 'sessions_viewed_carted',
        'sessions_carted_purchased', 'sessions_viewed_purchased'
    ] -%}
        {{ whole('coalesce(' ~ column ~ ', 0)') }} as {{ column }},
    {% endfor -%}
    {{ money('coalesce(gross_revenue, 0)') }} as gross_revenue,
    {{ money('coalesce(refunds, 0)') }} as refunds,
    lowest_price, {{ unit_price('average_price') }} as average_price,
    sold_out_at, first_wanted_at, last_wanted_at
from events
full outer join sessions using (product_id, shop_date)
