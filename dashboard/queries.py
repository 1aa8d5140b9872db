"""The SQL of the dashboard: the subset that DuckDB and GoogleSQL share, values as parameters.

``$categories`` is '' for every category, or their names between line feeds: arrays are written
differently in every dialect, strings are not.
"""

CATEGORY_FILTER = """
    ($categories = '' or strpos($categories, concat(chr(10), category, chr(10))) > 0)"""

DISCOUNT_FILTER = """
    ($discount = 'All' or is_on_sale = ($discount = 'On sale'))"""

CLOCK = """
select as_of, as_of_date, first_date, last_complete_date, shop_timezone, currency
from pipeline_clock"""

CATEGORIES = """
select category
from daily_category_revenue
group by category
order by sum(gross_revenue) desc, category"""

# Overview

DAILY_TOTALS = """
select revenue_date, gross_revenue, net_revenue, refunds, orders, units, buyers, sessions,
    is_complete
from daily_revenue
where revenue_date between $start and $end
order by revenue_date"""

DAILY_BY_CATEGORY = f"""
select revenue_date, category, gross_revenue, net_revenue, refunds, orders, units, views
from daily_category_revenue
where revenue_date between $start and $end and {CATEGORY_FILTER}
order by revenue_date, category"""

DAILY_BY_CATEGORY_AND_DISCOUNT = f"""
select metric_date as revenue_date, category, sum(gross_revenue) as gross_revenue,
    sum(net_revenue) as net_revenue, sum(refunds) as refunds, sum(orders) as orders,
    sum(units) as units, sum(views) as views
from daily_product_kpis
where metric_date between $start and $end and {CATEGORY_FILTER} and {DISCOUNT_FILTER}
group by metric_date, category
order by metric_date, category"""

HOURLY_TOTALS = """
select revenue_hour, revenue_date, gross_revenue, net_revenue, refunds, orders, units, is_complete
from hourly_revenue
where revenue_date between $start and $end
order by revenue_hour"""

TOP_PRODUCTS = f"""
with measured as (
    select
        product_id,
        metric_date >= $start as is_now,
        case $metric
            when 'gross_revenue' then gross_revenue
            when 'net_revenue' then net_revenue
            when 'refunds' then refunds
            when 'orders' then orders
            when 'units' then units
            when 'views' then views
        end as measure
    from daily_product_kpis
    where metric_date between $previous_start and $end
        and {CATEGORY_FILTER} and {DISCOUNT_FILTER}
),
summed as (
    select
        product_id,
        sum(case when is_now then measure end) as measure,
        sum(case when not is_now then measure end) as previous_measure
    from measured
    group by product_id
)
select summed.product_id, product_name, category, summed.measure, previous_measure
from summed
inner join product_kpis on product_kpis.product_id = summed.product_id
where summed.measure > 0
order by summed.measure desc, summed.product_id
limit 10"""

DAY_FORECAST = """
select forecast_value, prediction_interval_lower_bound, prediction_interval_upper_bound
from daily_forecast_vs_actual
where series_id = 'total' and forecast_date = $day
order by lead_days
limit 1"""

HOURLY_FORECAST_BETWEEN = """
with ranked as (
    select
        forecast_hour, forecast_value, prediction_interval_lower_bound,
        prediction_interval_upper_bound,
        row_number() over (partition by forecast_hour order by lead_hours) as age_rank
    from hourly_forecast_vs_actual
    where series_id = 'total' and forecast_hour >= $start and forecast_hour < $end
)
select forecast_hour, forecast_value, prediction_interval_lower_bound,
    prediction_interval_upper_bound
from ranked
where age_rank = 1
order by forecast_hour"""

# Products

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
where {CATEGORY_FILTER}
order by rank_overall
limit 12"""

# Discounts

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
    case when sale_price > 0 and regular_price > sale_price
        then power(sale_price / regular_price, elasticity_upper) - 1
    end as uplift_lower,
    case when sale_price > 0 and regular_price > sale_price
        then power(sale_price / regular_price, elasticity_lower) - 1
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

# Funnel and customers

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

# Forecast

FORECAST_RUNS = """
select run_at, cutoff, is_latest_run, max(model) as model, count(*) as steps,
    count(actual_value) as known, avg(absolute_percentage_error) as mape,
    avg(case when actual_value is null then null when is_within_interval then 1.0 else 0.0 end)
        as coverage,
    max(confidence_level) as confidence_level,
    sum(forecast_value - actual_value) / nullif(sum(actual_value), 0) as bias
from daily_forecast_vs_actual
where series_id = $series
group by run_at, cutoff, is_latest_run
order by run_at desc"""

DAILY_FORECAST = """
select forecast_date, lead_days, forecast_value, prediction_interval_lower_bound,
    prediction_interval_upper_bound, actual_value, confidence_level, model, is_within_interval
from daily_forecast_vs_actual
where series_id = $series and run_at = $run_at
order by forecast_date"""

FORECAST_SERIES = """
select series_id
from daily_forecast_vs_actual
group by series_id
order by case when series_id = 'total' then 0 else 1 end, sum(forecast_value) desc"""

TOTAL_HISTORY = """
select revenue_date, net_revenue
from daily_revenue
where revenue_date between $start and $end and is_complete
order by revenue_date"""

CATEGORY_HISTORY = """
select revenue_date, net_revenue
from daily_category_revenue
where category = $category and revenue_date between $start and $end and is_complete
order by revenue_date"""

HOURLY_RUNS = """
select run_at, cutoff, is_latest_run, max(model) as model
from hourly_forecast_vs_actual
where series_id = 'total'
group by run_at, cutoff, is_latest_run
order by run_at desc"""

HOURLY_FORECAST = """
select forecast_hour, forecast_value, prediction_interval_lower_bound,
    prediction_interval_upper_bound, actual_value, confidence_level
from hourly_forecast_vs_actual
where series_id = 'total' and run_at = $run_at
order by forecast_hour"""

HOURLY_HISTORY = """
select revenue_hour, net_revenue
from hourly_revenue
where revenue_hour >= $start and revenue_hour < $end and is_complete
order by revenue_hour"""

ACCURACY = """
select series_id, granularity, run_at, model, served_model, cutoffs, mase, naive_mase, mase_ratio,
    rmsse, smape, bias, coverage_80, coverage_95, is_fallback
from forecast_accuracy
where is_latest_run
order by granularity, case when series_id = 'total' then 0 else 1 end, series_id"""

# Live

LIVE_EVENTS = """
select event_id, event_timestamp, event_type, user_id, session_id, product_id, sale_price, quantity,
    on_sale
from live_events
where event_timestamp > $begin and event_timestamp <= $until"""

PRODUCT_NAMES = """
select product_id, product_name
from product_kpis"""

# Pipeline

PIPELINE_DAYS = """
select health_date, rows_received, rows_backfill, rows_live, rows_import, duplicates, quarantined,
    rows_staged, dead_letters, builds, green_builds, last_green_build_at
from pipeline_health
order by health_date"""

QUARANTINE_REASONS = """
select reason, count(*) as events, max(event_timestamp) as newest
from quarantined_events
group by reason
order by events desc, reason"""
