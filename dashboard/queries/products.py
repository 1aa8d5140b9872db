"""Products: their health, what trends, one of them by day."""

from dashboard.queries.shared import CATEGORY_FILTER, DISCOUNT_FILTER

PRODUCTS = f"""
with scored as (
    select product_id, health_score, health_band, conversion_score, growth_score, return_score,
        stock_score, rating_score, shrunk_rating
    from product_health_score
)
select
    product_kpis.product_id, product_name, category, health_score, health_band, conversion_score,
    growth_score, return_score, stock_score, rating_score, net_revenue, units, conversion_rate,
    revenue_growth, return_rate, in_stock_share, shrunk_rating, avg_rating, current_price,
    is_on_sale, in_stock
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
with scored as (
    select product_id, health_score, health_rank, health_band, conversion_score, growth_score,
        return_score, stock_score, rating_score, shrunk_rating
    from product_health_score
),
trending as (
    select product_id, rank_overall as trending_rank, trending_score, weighted_24h,
        weighted_mean_28d, views_24h, carts_24h, purchases_24h
    from trending_score
    where is_trending
)
select
    product_kpis.product_id, product_name, category, regular_price, current_price, is_on_sale,
    in_stock, avg_rating, review_count, first_seen_date, last_sold_date, lifetime_net_revenue,
    conversion_rate, revenue_growth, return_rate, in_stock_share, shrunk_rating, health_score,
    health_rank, health_band, conversion_score, growth_score, return_score, stock_score,
    rating_score, trending_rank, trending_score, weighted_24h, weighted_mean_28d, views_24h,
    carts_24h, purchases_24h
from product_kpis
left join scored on scored.product_id = product_kpis.product_id
left join trending on trending.product_id = product_kpis.product_id
where product_kpis.product_id = $product"""

PRODUCT_DAYS = """
select metric_date, views, sessions_viewed, sessions_carted, sessions_purchased, units,
    units_refunded, net_revenue, average_price, is_on_sale, out_of_stock_events
from daily_product_kpis
where product_id = $product and metric_date between $start and $end
order by metric_date"""

PRODUCT_DISCOUNTS = """
select period_start, period_end, days, is_open, sale_price, discount_depth, units, units_per_day,
    expected_units_per_day, uplift, incremental_revenue, dip_after
from discount_effectiveness
where product_id = $product
order by period_start desc"""

PRODUCT_DROPS = """
select drop_date, price, lowest_price_30d, depth, is_promotion
from price_drops
where product_id = $product and drop_date between $start and $end
order by drop_date"""

TRENDING = f"""
select product_id, product_name, category, trending_score, views_24h, carts_24h, purchases_24h,
    weighted_24h, weighted_mean_28d
from trending_score
where is_trending and {CATEGORY_FILTER}
order by rank_overall
limit 12"""

TRENDING_DAYS = f"""
select metric_date, product_id, views
from daily_product_kpis
where metric_date between $start and $end and {CATEGORY_FILTER}
    and product_id in (select product_id from trending_score where is_trending)
order by metric_date, product_id"""
