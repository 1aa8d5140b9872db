{{ config(
    materialized='incremental',
    partition_by=partition_by_day('session_date'),
    meta={'day': 'session_date', 'before': 1, 'after': 1}
) }}

with session_products as (

    select * from {{ ref('int_session_products') }}
    {% if is_incremental() %} where {{ is_changed_day('session_date', 1, 1) }} {% endif %}

)

select
    session_key,
    session_date,
    shop_date,
    {{ shop_hour('started_at') }} as shop_hour,
    {{ any_true('is_viewed') }} as is_viewed,
    {{ any_true('is_carted') }} as is_carted,
    {{ any_true('is_purchased') }} as is_purchased,
    {{ any_true('is_carted and is_purchased') }} as is_cart_purchased
from session_products
group by 1, 2, 3, 4
{{ in_order_of_days('session_date') }}
