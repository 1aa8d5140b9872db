"""What another price would do: what to choose from, what is sold at the regular price, and how
units follow the price.

``$product`` is '' for all products of ``$category``.
"""

from dashboard.queries.shared import CATEGORY_FILTER

WHAT_IF_CHOICES = f"""
with tried as (
    select product_id, count(*) as periods
    from discount_effectiveness
    where elasticity_upper > elasticity_lower
    group by product_id
)
select product_kpis.product_id, product_name, category, periods is not null as is_tried
from product_kpis
left join tried on tried.product_id = product_kpis.product_id
where regular_price > 0 and {CATEGORY_FILTER}
order by net_revenue desc, product_kpis.product_id
limit 2000"""

WHAT_IF_BASELINE = """
with chosen as (
    select product_id, regular_price, first_seen_date
    from product_kpis
    where regular_price > 0
        and (product_id = $product or ($product = '' and category = $category))
),
promoted as (
    select chosen.product_id, revenue_date
    from chosen
    inner join discount_effectiveness as periods on periods.product_id = chosen.product_id
    inner join daily_revenue on revenue_date between period_start and period_end + 7
    group by chosen.product_id, revenue_date
),
clean as (
    select
        chosen.product_id,
        avg(coalesce(days.units, 0)) as units,
        count(*) as days
    from chosen
    cross join daily_revenue
    left join daily_product_kpis as days
        on days.product_id = chosen.product_id and days.metric_date = revenue_date
    left join promoted
        on promoted.product_id = chosen.product_id
        and promoted.revenue_date = daily_revenue.revenue_date
    where daily_revenue.revenue_date between $start and $end
        and daily_revenue.revenue_date >= first_seen_date
        and promoted.product_id is null
        and coalesce(out_of_stock_events, 0) = 0
        and not coalesce(is_on_sale, false)
    group by chosen.product_id
)
select
    count(*) as products,
    min(regular_price) as regular_price,
    min(days) as clean_days,
    sum(units) as units,
    sum(units * regular_price) as revenue
from chosen
inner join clean on clean.product_id = chosen.product_id
where days >= 7"""

ELASTICITY_ESTIMATES = """
with estimates as (
    select product_id, elasticity, discount_depth,
        power(2 * 1.645 / (elasticity_upper - elasticity_lower), 2) as weight
    from discount_effectiveness
    where category = $category and elasticity_upper > elasticity_lower and discount_depth > 0
),
products as (
    select
        product_id, count(*) as periods, max(discount_depth) as deepest, sum(weight) as weight,
        sum(weight * elasticity) / sum(weight) as elasticity
    from estimates
    group by product_id
)
select
    count(*) as products,
    sum(weight) as weights,
    sum(weight * weight) as squared_weights,
    sum(weight * elasticity) as weighted,
    sum(weight * elasticity * elasticity) as weighted_squares,
    max(deepest) as deepest,
    sum(case when product_id = $product then periods end) as own_periods,
    sum(case when product_id = $product then elasticity end) as own_elasticity,
    sum(case when product_id = $product then 1.645 / sqrt(weight) end) as own_margin
from products"""
