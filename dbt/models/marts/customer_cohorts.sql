with activity as (

    select * from {{ ref('int_cohort_months') }}

),

{#- Everybody of a cohort bought in its first month. -#}
cohorts as (

    select
        cohort_month,
        active_customers as cohort_size
    from activity
    where months_since_first = 0

),

months as (

    select
        cohorts.cohort_month,
        cohorts.cohort_size,
        item as months_since_first,
        clock.last_complete_date
    from
        {{ ref('pipeline_clock') }} as clock, cohorts,
        {{ number_series(0, dbt.datediff('cohorts.cohort_month', 'clock.as_of_date', 'month')) }}

),

filled as (

    select
        months.*,
        cast({{ dbt.dateadd('month', 'months_since_first + 1', 'cohort_month') }} as date)
            as next_month,
        coalesce(activity.active_customers, 0) as active_customers,
        coalesce(activity.orders, 0) as orders,
        coalesce(activity.net_revenue, 0) as net_revenue,
        sum(coalesce(activity.net_revenue, 0)) over (
            partition by cohort_month order by months_since_first
        ) as cumulative_net_revenue
    from months
    left join activity using (cohort_month, months_since_first)

)

select
    cohort_month,
    {{ whole('months_since_first') }} as months_since_first,
    coalesce({{ add_days('next_month', -1) }} <= last_complete_date, false) as is_complete,
    {{ whole('cohort_size') }} as cohort_size,
    {{ whole('active_customers') }} as active_customers,
    {{ ratio('active_customers', 'cohort_size') }} as retention_rate,
    {{ whole('orders') }} as orders,
    {{ money('net_revenue') }} as net_revenue,
    {{ money('cumulative_net_revenue') }} as cumulative_net_revenue,
    {{ ratio('cumulative_net_revenue', 'cohort_size') }} as lifetime_value
from filled
