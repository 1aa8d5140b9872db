with cohorts as (

    select
        coalesce(sum(case when months_since_first = 0 then cohort_size end), 0) as customers,
        coalesce(sum(net_revenue), 0) as net_revenue
    from {{ ref('customer_cohorts') }}

),

customers as (

    select count(*) as customers, coalesce(sum(net_revenue), 0) as net_revenue
    from {{ ref('customers') }}

)

select
    cohorts.customers,
    customers.customers as customers_expected,
    cohorts.net_revenue,
    customers.net_revenue as net_revenue_expected
from cohorts
cross join customers
where
    cohorts.customers <> customers.customers
    or cohorts.net_revenue <> customers.net_revenue
