{{ config(
    materialized='incremental',
    partition_by=partition_by_day('funnel_date'),
    meta={'day': 'funnel_date', 'before': 2, 'after': 2}
) }}

with session_products as (

    select
        source.*,
        products.category,
        case when source.is_on_sale then 'On sale' else 'Regular price' end as discount_state
    from {{ ref('int_session_products') }} as source
    inner join {{ ref('int_products') }} as products using (product_id)
    {% if is_incremental() %}
        where
            {{ is_changed_day('source.shop_date', 2, 2, day='funnel_date') }}
            and {{ is_changed_day('source.session_date', 3, 3, day='funnel_date') }}
    {% endif %}

),

{#- Every session once in each slice that it touched, 'All' being a slice too. -#}
slices as (

    select
        shop_date as funnel_date,
        session_key,
        session_date,
        coalesce(category, 'All') as slice_category,
        coalesce(discount_state, 'All') as slice_discount_state,
        {{ any_true('is_viewed') }} as is_viewed,
        {{ any_true('is_carted') }} as is_carted,
        {{ any_true('is_purchased') }} as is_purchased,
        {{ any_true('is_carted and is_purchased') }} as is_cart_purchased
    from session_products
    group by grouping sets (
        (shop_date, session_key, session_date),
        (shop_date, session_key, session_date, category),
        (shop_date, session_key, session_date, discount_state),
        (shop_date, session_key, session_date, category, discount_state)
    )

),

funnel as (

    select
        funnel_date,
        slice_category as category,
        slice_discount_state as discount_state,
        {{ whole(count_where('is_viewed')) }} as sessions_viewed,
        {{ whole(count_where('is_viewed and is_carted')) }} as sessions_carted,
        {{ whole(count_where('is_viewed and is_cart_purchased')) }} as sessions_purchased,
        {{ whole(count_where('is_purchased and not is_carted')) }} as sessions_bought_directly
    from slices
    group by 1, 2, 3

)

select
    *,
    {{ ratio('sessions_carted', 'sessions_viewed') }} as view_to_cart_rate,
    {{ ratio('sessions_purchased', 'sessions_carted') }} as cart_to_purchase_rate,
    {{ ratio('sessions_purchased', 'sessions_viewed') }} as view_to_purchase_rate
from funnel
