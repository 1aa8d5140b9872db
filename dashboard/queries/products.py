"""Products: their health, what trends, one of them by day."""

from dashboard.queries.shared import CATEGORY_FILTER, DISCOUNT_FILTER

PRODUCTS = f"""
with scored as (
    select product_id, health_score, health_rank, health_band, conversion_score, growth_score,
        return_score, stock_score, rating_score
    from product_health_score
)
select
    product_kpis.product_id, product_name, category, health_score, health_rank, health_band,
    conversion_score, growth_score, return_score, stock_score, rating_score, views, units, orders,
    net_revenue, revenue_growth, view_to_cart_rate, conversion_rate, return_rate, avg_rating,
    in_stock_share, regular_price, current_price, is_on_sale, in_stock, last_sold_date
from product_kpis
left join scored on scored.product_id = product_kpis.product_id
where {CATEGORY_FILTER} and {DISCOUNT_FILTER}
order by net_revenue desc, product_kpis.product_id"""

PRODUCT_CHOICES = """
select product_id, product_name
from product_kpis
order by net_revenue desc, product_id
limit 5000"""

PRODUCT = """
select product_id, product_name, category, regular_price, current_price, is_on_sale, in_stock,
    avg_rating, review_count, views, units, net_revenue, revenue_growth, conversion_rate,
    return_rate, lifetime_net_revenue, first_seen_date, last_sold_date
from product_kpis
where product_id = $product"""

PRODUCT_DAYS = """
select metric_date, views, sessions_carted, units, net_revenue, average_price, is_on_sale,
    out_of_stock_events
from daily_product_kpis
where product_id = $product and metric_date between $start and $end
order by metric_date"""

TRENDING = f"""
select rank_overall, product_id, product_name, category, trending_score, velocity, views_24h,
    carts_24h, purchases_24h, weighted_24h, weighted_mean_28d
from trending_score
where is_trending and {CATEGORY_FILTER}
order by rank_overall
limit 12"""
