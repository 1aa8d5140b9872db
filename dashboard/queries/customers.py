"""Customers: how many, who comes back, what they are worth by segment and by cohort."""

CUSTOMERS = """
select
    count(*) as customers,
    coalesce(sum(case when orders >= 2 then 1 else 0 end), 0) as repeat_customers,
    sum(net_revenue) as net_revenue,
    coalesce(sum(case when orders >= 2 then net_revenue else 0 end), 0) as repeat_net_revenue,
    avg(days_between_orders) as days_between_orders
from customers"""

BUYERS = """
select revenue_date, buyers, new_buyers
from daily_revenue
where revenue_date between $start and $end
order by revenue_date"""

REPEAT_RATES = """
select rate_date, window_days, customers, repeat_customers, repeat_rate
from customer_repeat_rates
where is_complete and customers > 0
order by rate_date, window_days"""

SEGMENTS = """
select
    rfm_segment,
    count(*) as customers,
    sum(net_revenue) as net_revenue,
    avg(net_revenue) as lifetime_value,
    avg(orders) as orders,
    avg(days_since_last_order) as days_since_last_order
from customers
group by rfm_segment"""

COHORTS = """
select cohort_month, months_since_first, is_complete, cohort_size, active_customers, retention_rate,
    lifetime_value
from customer_cohorts
order by cohort_month, months_since_first"""
