"""Funnel: sessions by step."""

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
