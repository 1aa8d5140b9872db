{{ config(materialized='view') }}

with shop as (

    select revenue_hour as series_hour, net_revenue, orders
    from {{ ref('hourly_revenue') }}
    where is_complete

)

select
    'net_revenue' as measure,
    'total' as series_id,
    series_hour,
    {{ money('net_revenue') }} as value
from shop
union all
select
    'orders',
    'total',
    series_hour,
    {{ money('orders') }}
from shop
