{{ config(materialized='ephemeral') }}

with customers as (

    select
        user_id,
        cast({{ dbt.date_trunc('month', 'first_order_date') }} as date) as cohort_month
    from {{ ref('customers') }}

),

orders as (

    select order_date as activity_date, user_id, amount, true as is_order
    from {{ ref('int_orders') }}

),

refunds as (

    select shop_date as activity_date, user_id, -amount as amount, false as is_order
    from {{ ref('int_sale_lines') }}
    where is_refund

),

activity as (

    select * from orders
    union all
    select * from refunds

)

{#- A refund may be older than the first order that we know; it counts in the first month. -#}
select
    customers.cohort_month,
    greatest(
        {{ dbt.datediff('customers.cohort_month', 'activity.activity_date', 'month') }}, 0
    ) as months_since_first,
    count(distinct case when activity.is_order then activity.user_id end) as active_customers,
    {{ count_where('activity.is_order') }} as orders,
    sum(activity.amount) as net_revenue
from activity
inner join customers using (user_id)
group by 1, 2
