"""Funnel: sessions by step, what stayed in carts, what a discount does to a look."""

from dashboard.queries.shared import CATEGORY_FILTER, DISCOUNT_FILTER

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

_LEFT = "greatest(sessions_carted - sessions_purchased, 0)"

LEFT_DAYS = f"""
select metric_date, sum({_LEFT} * average_price) as value_left
from daily_product_kpis
where metric_date between $start and $end and {CATEGORY_FILTER} and {DISCOUNT_FILTER}
group by metric_date
order by metric_date"""

LEFT_PRODUCTS = f"""
with left_behind as (
    select
        product_id,
        sum(sessions_carted) as carts,
        sum({_LEFT}) as carts_left,
        sum({_LEFT} * average_price) as value_left
    from daily_product_kpis
    where metric_date between $start and $end and {CATEGORY_FILTER} and {DISCOUNT_FILTER}
    group by product_id
)
select left_behind.product_id, product_name, category, carts, carts_left, value_left
from left_behind
inner join product_kpis on product_kpis.product_id = left_behind.product_id
where value_left > 0
order by value_left desc, left_behind.product_id
limit 10"""

LOOKS = """
select category, is_on_sale, sum(sessions_viewed) as viewed, sum(sessions_carted) as carted,
    sum(sessions_purchased) as purchased
from daily_product_kpis
where metric_date between $start and $end
group by category, is_on_sale
order by category, is_on_sale"""
