with orders as (

    select
        user_id,
        min(order_date) as first_order_date,
        max(order_date) as last_order_date,
        count(*) as orders,
        sum(units) as units,
        sum(amount) as gross_revenue
    from {{ ref('int_orders') }}
    group by 1

),

refunds as (

    select user_id, sum(amount) as refunds
    from {{ ref('int_sale_lines') }}
    where is_refund
    group by 1

)

select
    user_id,
    orders.first_order_date,
    orders.last_order_date,
    {{ whole('orders.orders') }} as orders,
    {{ whole('orders.units') }} as units,
    {{ money('orders.gross_revenue') }} as gross_revenue,
    {{ money('coalesce(refunds.refunds, 0)') }} as refunds,
    {{ money('orders.gross_revenue - coalesce(refunds.refunds, 0)') }} as net_revenue,
    {{ whole(days_between('orders.last_order_date', 'clock.as_of_date')) }} as days_since_last_order
from orders
cross join {{ ref('pipeline_clock') }} as clock
left join refunds using (user_id)
