{{ config(
    materialized='incremental',
    partition_by=partition_by_day('funnel_date'),
    meta={'day': 'funnel_date', 'before': 2, 'after': 2}
) }}

with session_categories as (

    select * from {{ ref('int_session_categories') }}
    {% if is_incremental() %}
        where
            {{ is_changed_day('shop_date', 2, 2, day='funnel_date') }}
            and {{ is_changed_day('session_date', 3, 3, day='funnel_date') }}
    {% endif %}

),

categories as (

    select distinct category_number, category from {{ ref('int_products') }}

),

{#- Every session once in each slice that it touched; a null stands for all. -#}
slices as (

    select
        shop_date as funnel_date,
        session_key,
        category_number,
        is_on_sale,
        {{ any_true('is_viewed') }} as is_viewed,
        {{ any_true('is_carted') }} as is_carted,
        {{ any_true('is_purchased') }} as is_purchased,
        {{ any_true('is_cart_purchased') }} as is_cart_purchased
    from session_categories
    group by
        grouping sets (
            (shop_date, session_key),
            (shop_date, session_key, category_number),
            (shop_date, session_key, is_on_sale),
            (shop_date, session_key, category_number, is_on_sale)
        )

),

funnel as (

    select
        funnel_date,
        category_number,
        is_on_sale,
        {{ whole(count_where('is_viewed')) }} as sessions_viewed,
        {{ whole(count_where('is_viewed and is_carted')) }} as sessions_carted,
        {{ whole(count_where('is_viewed and is_cart_purchased')) }} as sessions_purchased,
        {{ whole(count_where('is_purchased and not is_carted')) }} as sessions_bought_directly
    from slices
    group by 1, 2, 3

)

select
    funnel.funnel_date,
    coalesce(categories.category, 'All') as category,
    case
        when funnel.is_on_sale is null then 'All'
        when funnel.is_on_sale then 'On sale'
        else 'Regular price'
    end as discount_state,
    funnel.sessions_viewed,
    funnel.sessions_carted,
    funnel.sessions_purchased,
    funnel.sessions_bought_directly,
    {{ ratio('sessions_carted', 'sessions_viewed') }} as view_to_cart_rate,
    {{ ratio('sessions_purchased', 'sessions_carted') }} as cart_to_purchase_rate,
    {{ ratio('sessions_purchased', 'sessions_viewed') }} as view_to_purchase_rate
from funnel
left join categories using (category_number)
