"""Discounts: price drops, periods on sale, elasticities."""

from dashboard.queries.shared import CATEGORY_FILTER

PRICE_DROPS = f"""
select drop_date, product_id, product_name, category, price, lowest_price_30d, depth,
    regular_price, is_promotion, is_active, units_7d_before, units_7d_after
from price_drops
where drop_date between $start and $end and {CATEGORY_FILTER}
order by drop_date desc, depth desc"""

DISCOUNT_PERIODS = f"""
select
    discount_period_id, product_id, product_name, category, period_start, period_end, days,
    is_open, regular_price, sale_price, discount_depth, units, units_per_day,
    expected_units_per_day, uplift, incremental_units, incremental_revenue, dip_after,
    baseline_days, elasticity, elasticity_lower, elasticity_upper,
    case when discount_depth > 0 and discount_depth < 1
        then power(1 - discount_depth, elasticity_upper) - 1
    end as uplift_lower,
    case when discount_depth > 0 and discount_depth < 1
        then power(1 - discount_depth, elasticity_lower) - 1
    end as uplift_upper
from discount_effectiveness
where period_start <= $end and period_end >= $start and {CATEGORY_FILTER}
order by period_start, product_id"""

CATEGORY_ELASTICITY = f"""
select category, periods, uplift, discount_depth, elasticity, elasticity_lower, elasticity_upper,
    incremental_revenue
from category_elasticity
where {CATEGORY_FILTER}
order by elasticity"""

ON_SALE_REVENUE = f"""
select sum(on_sale_revenue) as on_sale_revenue, sum(gross_revenue) as gross_revenue
from daily_category_revenue
where revenue_date between $start and $end and {CATEGORY_FILTER}"""
