with prices as (

    select
        product_id,
        shop_date,
        {{ money('lowest_price') }} as price,
        units,
        on_sale_events > 0 as is_promotion
    from {{ ref('int_product_days') }}

),

history as (

    select
        *,
        {{ over_days('min(price)', -30, -1) }} as lowest_price_30d,
        {{ over_days('sum(units)', -7, -1) }} as units_7d_before,
        {{ over_days('sum(units)', 0, 6) }} as units_7d_after
    from prices

),

drops as (

    select * from history
    where price < lowest_price_30d

),

last_prices as (

    select product_id, price as last_price
    from prices
    where price is not null
    qualify row_number() over (partition by product_id order by shop_date desc) = 1

)

select
    product_id,
    products.product_name,
    products.category,
    drops.shop_date as drop_date,
    drops.price,
    drops.lowest_price_30d,
    1 - {{ ratio('drops.price', 'drops.lowest_price_30d') }} as depth,
    products.regular_price,
    drops.is_promotion,
    last_prices.last_price <= drops.price as is_active,
    {{ whole('coalesce(drops.units_7d_before, 0)') }} as units_7d_before,
    {{ whole('drops.units_7d_after') }} as units_7d_after
from drops
inner join last_prices using (product_id)
inner join {{ ref('int_products') }} as products using (product_id)
