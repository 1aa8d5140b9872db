{{ config(materialized='ephemeral') }}

with customers as (

    select
        user_id,
        cast({{ dbt.date_trunc('month', 'first_order_date') }} as date) as cohort_month
    from {{ ref('customers') }}

),

{#- A refund may be older than the first order that we know; it counts in the first month. -#}
lines as (

    select
        customers.cohort_month,
        customers.user_id,
        greatest(
            {{ dbt.datediff('customers.cohort_month', 'lines.shop_date', 'month') }}, 0
        ) as months_since_first,
        lines.session_id,
        lines.is_refund,
        lines.amount
    from {{ ref('int_sale_lines') }} as lines
    inner join customers using (user_id)

)

select
    cohort_month,
    months_since_first,
    count(distinct case when not is_refund then user_id end) as active_customers,
    count(distinct case when not is_refund then session_id end) as orders,
    sum(case when is_refund then -amount else amount end) as net_revenue
from lines
group by 1, 2
