"""Overview: totals by day and hour, the products that bring most, the forecast of a day."""

from dashboard.queries.shared import CATEGORY_FILTER, DISCOUNT_FILTER

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

_PRODUCTS_MEASURED = f"""
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
)"""

TOP_PRODUCTS = f"""{_PRODUCTS_MEASURED}
select summed.product_id, product_name, category, summed.measure, previous_measure
from summed
inner join product_kpis on product_kpis.product_id = summed.product_id
where summed.measure > 0
order by summed.measure desc, summed.product_id
limit 10"""

MOVERS = f"""{_PRODUCTS_MEASURED},
changed as (
    select
        product_id,
        coalesce(measure, 0) as now,
        coalesce(previous_measure, 0) as before,
        coalesce(measure, 0) - coalesce(previous_measure, 0) as change
    from summed
),
ranked as (
    select
        changed.*,
        row_number() over (order by change desc, product_id) as place_up,
        row_number() over (order by change, product_id) as place_down
    from changed
)
select ranked.product_id, product_name, category, now, before, change
from ranked
inner join product_kpis on product_kpis.product_id = ranked.product_id
where (place_up <= 10 and change > 0) or (place_down <= 10 and change < 0)
order by change desc, ranked.product_id"""

DAYS_AHEAD = """
with ranked as (
    select
        forecast_date, forecast_value, prediction_interval_lower_bound,
        prediction_interval_upper_bound, confidence_level,
        row_number() over (partition by forecast_date order by lead_days) as age_rank
    from daily_forecast_vs_actual
    where measure = $measure and series_id = $series
        and forecast_date > $start and forecast_date <= $end and not is_backtest
)
select forecast_date as day, forecast_value as value, prediction_interval_lower_bound as lower,
    prediction_interval_upper_bound as upper, confidence_level
from ranked
where age_rank = 1
order by forecast_date"""

DAY_FORECAST = """
select forecast_value, prediction_interval_lower_bound, prediction_interval_upper_bound
from daily_forecast_vs_actual
where measure = 'net_revenue' and series_id = 'total' and forecast_date = $day
order by lead_days
limit 1"""

HOURLY_FORECAST_BETWEEN = """
with ranked as (
    select
        forecast_hour, forecast_value, prediction_interval_lower_bound,
        prediction_interval_upper_bound,
        row_number() over (partition by forecast_hour order by lead_hours) as age_rank
    from hourly_forecast_vs_actual
    where measure = 'net_revenue' and series_id = 'total'
        and forecast_hour >= $start and forecast_hour < $end
)
select forecast_hour, forecast_value, prediction_interval_lower_bound,
    prediction_interval_upper_bound
from ranked
where age_rank = 1
order by forecast_hour"""
