with customers as (

    select
        user_id,
        cast({{ dbt.date_trunc('month', 'first_order_date') }} as date) as cohort_month
    from {{ ref('customers') }}

),

cohorts as (

    select
        customers.cohort_month,
        count(*) as cohort_size,
        max({{ dbt.datediff('customers.cohort_month', 'clock.as_of_date', 'month') }}) as months
    from customers
    cross join {{ ref('pipeline_clock') }} as clock
    group by 1

),

months as (

    select
        cohorts.cohort_month,
        cohorts.cohort_size,
        item as months_since_first
    from cohorts, {{ number_series(0, 'cohorts.months') }}

),

activity as (

    select
        customers.cohort_month,
        {{ dbt.datediff('customers.cohort_month', 'lines.shop_date', 'month') }} as months_since_first,
        count(distinct case when not lines.is_refund then user_id end) as active_customers,
        count(distinct case when not lines.is_refund then lines.session_id end) as orders,
        sum(case when lines.is_refund then -lines.amount else lines.amount end) as net_revenue
    from {{ ref('int_sale_lines') }} as lines
    inner join customers using (user_id)
    group by 1, 2

)

select
    cohort_month,
    {{ whole('months_since_first') }} as months_since_first,
    {{ whole('months.cohort_size') }} as cohort_size,
    {{ whole('coalesce(activity.active_customers, 0)') }} as active_customers,
    {{ ratio('coalesce(activity.active_customers, 0)', 'months.cohort_size') }} as retention_rate,
    {{ whole('coalesce(activity.orders, 0)') }} as orders,
    {{ money('coalesce(activity.net_revenue, 0)') }} as net_revenue
from months
left join activity using (cohort_month, months_since_first)
