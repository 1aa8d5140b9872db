"""Funnel: sessions by step, customers, cohorts."""

FUNNEL_DAYS = """
select funnel_date, category, discount_state, sessions_viewed, sessions_carted,
    sessions_purchased, sessions_bought_directly
from sales_funnel
where funnel_date between $start and $end
order by funnel_date"""

EVENTS_EVER = """
select coalesce(sum(sessions_viewed), 0) as viewed, coalesce(sum(sessions_carted), 0) as carted
from sales_funnel
where category = 'All' and discount_state = 'All'"""

CUSTOMERS = """
select
    count(*) as customers,
    coalesce(sum(case when orders >= 2 then 1 else 0 end), 0) as repeat_customers,
    sum(orders) as orders,
    sum(net_revenue) as net_revenue
from customers"""

BUYERS = """
select revenue_date, buyers, new_buyers
from daily_revenue
where revenue_date between $start and $end
order by revenue_date"""

COHORTS = """
select cohort_month, months_since_first, cohort_size, active_customers, retention_rate
from customer_cohorts
order by cohort_month, months_since_first"""
