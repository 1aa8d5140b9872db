{% set priced_date = 'case when priced_events > 0 then shop_date end' %}

with products as (

    select * from {{ ref('stg_products') }}

),

observed as (

    select
        product_id,
        min(shop_date) as first_seen_date,
        max(shop_date) as last_seen_date,
        max(case when units > 0 then shop_date end) as last_sold_date,
        {{ value_of_last('lowest_price', priced_date) }} as last_lowest_price,
        {{ value_of_last('average_price', priced_date) }} as last_average_price,
        {{ value_of_last('on_sale_events * 2 >= priced_events', priced_date) }} as is_last_on_sale,
        coalesce(
            max(case when shop_date <= clock.last_complete_date then lowest_price end),
            max(lowest_price)
        ) as highest_price,
        sum(reviews) as reviews,
        sum(rating_sum) as rating_sum
    from {{ ref('int_product_days') }}
    cross join {{ ref('pipeline_clock') }} as clock
    group by 1

)

select
    product_id,
    coalesce(products.product_name, product_id) as product_name,
    coalesce(products.category, 'Unknown') as category,
    dense_rank() over (order by coalesce(products.category, 'Unknown')) as category_number,
    {{ money('coalesce(products.regular_price, observed.highest_price)') }} as regular_price,
    case
        when products.review_count > 0 then products.avg_rating
        else {{ ratio('observed.rating_sum', 'observed.reviews') }}
    end as avg_rating,
    {{ whole('coalesce(nullif(products.review_count, 0), observed.reviews, 0)') }} as review_count,
    products.in_stock,
    observed.first_seen_date,
    observed.last_seen_date,
    observed.last_sold_date,
    observed.last_lowest_price,
    observed.last_average_price,
    observed.is_last_on_sale
from products
full outer join observed using (product_id)
