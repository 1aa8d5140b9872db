with clock as (

    select
        *,
        {{ add_days('last_complete_date', -27) }} as window_start,
        {{ add_days('last_complete_date', -55) }} as previous_start
    from {{ ref('pipeline_clock') }}

)

select
    product_id,
    products.product_name,
    products.category,
    products.regular_price,
    {{ money('coalesce(products.last_average_price, products.regular_price)') }} as current_price,
    coalesce(products.is_last_on_sale, false) as is_on_sale,
    products.in_stock,
    products.avg_rating,
    products.review_count,
    {% for column in [
        'views', 'sessions_viewed', 'sessions_carted', 'sessions_purchased', 'orders', 'units',
        'units_refunded', 'out_of_stock_events'
    ] -%}
        {{ whole('coalesce(totals.' ~ column ~ ', 0)') }} as {{ column }},
    {% endfor -%}
    {% for column in [
        'gross_revenue', 'refunds', 'net_revenue', 'previous_net_revenue', 'lifetime_net_revenue'
    ] -%}
        {{ money('coalesce(totals.' ~ column ~ ', 0)') }} as {{ column }},
    {% endfor -%}
    {{ ratio('totals.sessions_viewed_carted', 'totals.sessions_viewed') }} as view_to_cart_rate,
    {{ ratio('totals.sessions_carted_purchased', 'totals.sessions_carted') }}
        as cart_to_purchase_rate,
    {{ ratio('totals.sessions_viewed_purchased', 'totals.sessions_viewed') }} as conversion_rate,
    case
        when clock.first_date <= clock.previous_start and totals.previous_net_revenue > 0
            then {{ ratio('totals.net_revenue', 'totals.previous_net_revenue') }} - 1
    end as revenue_growth,
    {{ ratio('returns.units_refunded', 'returns.units') }} as return_rate,
    case when totals.has_stock_signal then 1 - {{ ratio(
        'totals.days_out_of_stock',
        days_between(
            'greatest(clock.window_start, products.first_seen_date)', 'clock.last_complete_date'
        ) ~ ' + 1'
    ) }} end as in_stock_share,
    products.first_seen_date,
    products.last_sold_date
from {{ ref('int_products') }} as products
cross join clock
left join {{ ref('int_product_windows') }} as totals using (product_id)
left join {{ ref('int_returns') }} as returns using (product_id)
