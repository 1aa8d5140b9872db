{{ config(
    materialized='incremental',
    partition_by=partition_by_day('drop_date'),
    meta={'day': 'drop_date', 'before': 8, 'after': 32}
) }}

with prices as (

    select
        product_id,
        shop_date,
        {{ money('lowest_price') }} as price,
        units,
        on_sale_events > 0 as is_promotion
    from {{ ref('int_product_days') }}
    {% if is_incremental() %}
        where {{ is_changed_day('shop_date', 38, 38, day='drop_date') }}
    {% endif %}

),

history as (

    select
        product_id,
        shop_date as drop_date,
        price,
        {{ over_days('min(price)', -30, -1) }} as lowest_price_30d,
        is_promotion,
        {{ whole('coalesce(' ~ over_days('sum(units)', -7, -1) ~ ', 0)') }} as units_7d_before,
        {{ whole(over_days('sum(units)', 0, 6)) }} as units_7d_after
    from prices

)

select * from history
where
    price < lowest_price_30d
    {% if is_incremental() %} and {{ is_changed_day('drop_date', 8, 32) }} {% endif %}
