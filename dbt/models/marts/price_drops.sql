select
    product_id,
    products.product_name,
    products.category,
    drops.drop_date,
    drops.price,
    drops.lowest_price_30d,
    1 - {{ ratio('drops.price', 'drops.lowest_price_30d') }} as depth,
    products.regular_price,
    drops.is_promotion,
    {{ money('products.last_lowest_price') }} <= drops.price as is_active,
    drops.units_7d_before,
    drops.units_7d_after
from {{ ref('int_price_drops') }} as drops
inner join {{ ref('int_products') }} as products using (product_id)
