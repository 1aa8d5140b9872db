{{ config(materialized='ephemeral') }}

with clock as (

    select
        *,
        {{ add_days('last_complete_date', -27) }} as window_start,
        {{ add_days('last_complete_date', -55) }} as previous_start
    from {{ ref('pipeline_clock') }}

),

{#- w marks the last 28 complete days, p the 28 days before them. -#}
product_days as (

    select
        product_days.*,
        product_days.gross_revenue - product_days.refunds as net_revenue,
        shop_date between clock.window_start and clock.last_complete_date as w,
        shop_date between clock.previous_start and {{ add_days('clock.window_start', -1) }} as p
    from {{ ref('int_product_days') }} as product_days
    cross join clock

),

totals as (

    select
        product_id,
        {% for column in [
            'views', 'sessions_viewed', 'sessions_carted', 'sessions_purchased',
            'sessions_viewed_carted', 'sessions_carted_purchased', 'sessions_viewed_purchased',
            'orders', 'units', 'gross_revenue', 'refunds', 'net_revenue', 'units_refunded',
            'out_of_stock_events'
        ] -%}
            sum(case when w then {{ column }} else 0 end) as {{ column }},
        {% endfor -%}
        sum(case when p then net_revenue else 0 end) as previous_net_revenue,
        sum(net_revenue) as lifetime_net_revenue,
        {{ count_where('w and out_of_stock_events > 0') }} as days_out_of_stock,
        sum(sum(out_of_stock_events)) over () > 0 as has_stock_signal
    from product_days
    group by 1

)

select * from totals
