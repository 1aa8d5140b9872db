{{ config(materialized='view') }}

with shop as (

    select revenue_date as series_date, 'total' as series_id, net_revenue, orders
    from {{ ref('daily_revenue') }}
    where is_complete
    union all
    select revenue_date, {{ dbt.concat(["'category:'", 'category']) }}, net_revenue, orders
    from {{ ref('daily_category_revenue') }}
    where is_complete

)

select
    'net_revenue' as measure,
    series_id,
    {{ series_category() }} as category,
    series_date,
    {{ money('net_revenue') }} as value
from shop
union all
select
    'orders',
    series_id,
    {{ series_category() }},
    series_date,
    {{ money('orders') }}
from shop
