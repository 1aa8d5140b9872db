{{ config(materialized='ephemeral') }}

select
    session_products.session_date,
    session_products.shop_date,
    session_products.session_key,
    products.category_number,
    session_products.is_on_sale,
    {{ any_true('session_products.is_viewed') }} as is_viewed,
    {{ any_true('session_products.is_carted') }} as is_carted,
    {{ any_true('session_products.is_purchased') }} as is_purchased,
    {{ any_true('session_products.is_carted and session_products.is_purchased') }}
        as is_cart_purchased
from {{ ref('int_session_products') }} as session_products
inner join {{ ref('int_products') }} as products using (product_id)
group by 1, 2, 3, 4, 5
