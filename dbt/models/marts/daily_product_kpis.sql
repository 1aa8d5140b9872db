{{ config(materialized='view') }}

with product_days as (

    select * from {{ ref('int_product_days') }}

),

products as (

    select * from {{ ref('int_products') }}

)

select
    product_days.shop_date as metric_date,
    product_id,
    products.category,
    product_days.views,
    product_days.sessions_viewed,
    product_days.sessions_carted,
    product_days.sessions_purchased,
    product_days.units,
    product_days.orders,
    product_days.gross_revenue,
    product_days.refunds,
    {{ money('product_days.gross_revenue - product_days.refunds') }} as net_revenue,
    product_days.units_refunded,
    product_days.out_of_stock_events,
    {{ money('product_days.lowest_price') }} as lowest_price,
    {{ money('product_days.average_price') }} as average_price,
    product_days.on_sale_events * 2 >= product_days.priced_events
    and product_days.on_sale_events > 0 as is_on_sale
from product_days
inner join products using (product_id)
