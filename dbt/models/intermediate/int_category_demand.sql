with clock as (

    select * from {{ ref('pipeline_clock') }}

),

product_days as (

    select
        products.category,
        product_days.product_id,
        product_days.shop_date,
        product_days.units,
        product_days.on_sale_events = 0 and product_days.out_of_stock_events = 0 as is_clean,
        {{ days_between('products.first_seen_date', 'clock.last_complete_date') }} + 1 as life_days
    from {{ ref('int_product_days') }} as product_days
    inner join {{ ref('int_products') }} as products using (product_id)
    cross join clock
    where product_days.shop_date <= clock.last_complete_date

),

{#- Units on a usual day of each product: days without an event count as days without a sale. -#}
usual as (

    select
        product_id,
        category,
        min(shop_date) as first_date,
        {{ ratio(
            'sum(case when is_clean then units else 0 end)',
            'max(life_days) - ' ~ count_where('not is_clean')
        ) }} as mean_units
    from product_days
    group by 1, 2

),

changes as (

    select
        category,
        first_date as demand_date,
        coalesce(sum(mean_units), 0) as added,
        0 as absent,
        0 as units
    from usual
    group by 1, 2
    union all
    select
        product_days.category,
        product_days.shop_date,
        0,
        sum(case when product_days.is_clean then 0 else coalesce(usual.mean_units, 0) end),
        sum(case when product_days.is_clean then product_days.units else 0 end)
    from product_days
    inner join usual using (product_id)
    group by 1, 2

),

category_days as (

    select category, demand_date, sum(added) as added, sum(absent) as absent, sum(units) as units
    from changes
    group by 1, 2

)

select
    category,
    demand_date,
    {{ whole('units') }} as units,
    sum(added) over (partition by category order by demand_date) - absent as usual_units,
    {{ ratio(
        'units',
        'sum(added) over (partition by category order by demand_date) - absent'
    ) }} as demand_index
from category_days
