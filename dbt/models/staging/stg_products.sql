{{ config(materialized='view') }}

with source as (

    select * from {{ source('raw', 'products') }}

),

renamed as (

    select
        product_id,
        coalesce(nullif(product_name, ''), product_id) as product_name,
        coalesce(nullif(category, ''), 'Unknown') as category,
        {{ unit_price('regular_price') }} as regular_price,
        avg_rating,
        review_count,
        in_stock
    from source
    where coalesce(product_id, '') <> ''

)

select * from renamed
qualify row_number() over (partition by product_id order by product_name, category) = 1
