"""Discounts: price drops, periods on sale, what they brought, elasticities.

Sums named ``units_units``, ``units_expected`` and ``expected_expected`` are over products, of the
products of their sums: what an interval of units ÷ expected takes (lift.py).
"""

from dashboard.queries.shared import CATEGORY_FILTER

IN_SELECTION = f"""
    period_start <= $end and period_end >= $start and {CATEGORY_FILTER}"""

SUMS = """count(expected) as products,
    sum(units) as units,
    sum(expected) as expected,
    sum(units * units) as units_units,
    sum(units * expected) as units_expected,
    sum(expected * expected) as expected_expected"""

DISCOUNT_TOTALS = f"""
with periods as (
    select product_id, category, is_open, incremental_revenue, discount_depth,
        case when uplift is not null then selling_units end as selling_units,
        case when uplift is not null then expected_units end as expected_units
    from discount_effectiveness
    where {IN_SELECTION}
),
products as (
    select
        category, product_id, count(*) as periods,
        sum(case when is_open then 1 else 0 end) as open_periods,
        count(expected_units) as known_periods,
        sum(case when expected_units is not null and incremental_revenue > 0 then 1 else 0 end)
            as paid_periods,
        sum(case when expected_units is not null then incremental_revenue end)
            as incremental_revenue,
        sum(discount_depth * expected_units) as depth_expected,
        sum(selling_units) as units,
        sum(expected_units) as expected
    from periods
    group by category, product_id
)
select
    category,
    sum(periods) as periods,
    sum(open_periods) as open_periods,
    sum(known_periods) as known_periods,
    sum(paid_periods) as paid_periods,
    sum(incremental_revenue) as incremental_revenue,
    sum(depth_expected) as depth_expected,
    {SUMS}
from products
group by category
order by category"""

MOST_ROWS = 1000
"""Rows that a table is given."""

DISCOUNT_PERIODS = f"""
select
    discount_period_id, product_id, product_name, category, period_start, period_end, is_open,
    regular_price, sale_price, discount_depth, units, units_per_day, expected_units_per_day,
    uplift, incremental_revenue, dip_after, out_of_stock_days, elasticity,
    case when discount_depth > 0 and discount_depth < 1
        then power(1 - discount_depth, elasticity_upper) - 1
    end as uplift_lower,
    case when discount_depth > 0 and discount_depth < 1
        then power(1 - discount_depth, elasticity_lower) - 1
    end as uplift_upper
from discount_effectiveness
where {IN_SELECTION}
order by units desc, discount_period_id
limit {MOST_ROWS}"""

PRICE_DROPS = f"""
select drop_date, product_id, product_name, category, price, lowest_price_30d, depth,
    is_promotion, is_active, units_7d_before, units_7d_after
from price_drops
where drop_date between $start and $end and {CATEGORY_FILTER}
order by drop_date desc, depth desc, product_id
limit {MOST_ROWS}"""

DROPS_BY_DAY = f"""
select drop_date, is_promotion, count(*) as drops, avg(depth) as mean_depth
from price_drops
where drop_date between $start and $end and {CATEGORY_FILTER}
group by drop_date, is_promotion
order by drop_date, is_promotion"""

CATEGORY_ELASTICITY = """
select category, periods, discount_depth, elasticity, elasticity_lower, elasticity_upper
from category_elasticity
order by elasticity"""

ON_SALE_REVENUE = f"""
select sum(on_sale_revenue) as on_sale_revenue, sum(gross_revenue) as gross_revenue
from daily_category_revenue
where revenue_date between $start and $end and {CATEGORY_FILTER}"""
