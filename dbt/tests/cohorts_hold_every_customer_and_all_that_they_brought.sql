with cohorts as (

    select
        sum(case when months_since_first = 0 then cohort_size end) as customers,
        sum(orders) as orders,
        sum(net_revenue) as net_revenue
    from {{ ref('customer_cohorts') }}

),

customers as (

    select count(*) as customers, sum(orders) as orders, sum(net_revenue) as net_revenue
    from {{ ref('customers') }}

)

select *
from cohorts
cross join customers
where
    coalesce(cohorts.customers, 0) <> customers.customers
    or cohorts.net_revenue <> customers.net_revenue
