{{ config(materialized='ephemeral') }}

with orders as (

    select
        order_date,
        lag(order_date) over by_customer as previous_date,
        coalesce(lead(order_date) over by_customer, date '9999-12-31') as next_date
    from {{ ref('int_orders') }}
    window by_customer as (partition by user_id order by order_date, order_id)

)

select
    windows.window_days,
    orders.order_date,
    least({{ add_days('orders.order_date', 'windows.window_days') }}, orders.next_date)
        as customer_until,
    case
        when {{ add_days('orders.previous_date', 'windows.window_days') }} > orders.order_date
            then least(
                {{ add_days('orders.previous_date', 'windows.window_days') }}, orders.next_date
            )
        else orders.order_date
    end as repeat_until
from orders
cross join {{ repeat_windows() }} as windows
