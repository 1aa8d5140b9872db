with days as (

    select
        cast(item as date) as revenue_date,
        clock.last_complete_date
    from
        {{ ref('pipeline_clock') }} as clock,
        {{ date_series('clock.first_date', 'clock.as_of_date') }}

),

categories as (

    select distinct category from {{ ref('int_products') }}

),

sales as (

    select
        lines.shop_date as revenue_date,
        products.category,
        sum(case when lines.is_refund then 0 else lines.amount end) as gross_revenue,
        sum(case when lines.is_refund then lines.amount else 0 end) as refunds,
        sum(case when lines.is_on_sale and not lines.is_refund then lines.amount else 0 end)
            as on_sale_revenue,
        sum(case when lines.is_refund then 0 else lines.units end) as units,
        count(distinct case when not lines.is_refund then lines.session_id end) as orders
    from {{ ref('int_sale_lines') }} as lines
    inner join {{ ref('int_products') }} as products using (product_id)
    group by 1, 2

),

viewed as (

    select
        product_days.shop_date as revenue_date,
        products.category,
        sum(product_days.views) as views
    from {{ ref('int_product_days') }} as product_days
    inner join {{ ref('int_products') }} as products using (product_id)
    group by 1, 2

)

select
    revenue_date,
    category,
    {{ money('coalesce(gross_revenue, 0)') }} as gross_revenue,
    {{ money('coalesce(refunds, 0)') }} as refunds,
    {{ money('coalesce(gross_revenue, 0) - coalesce(refunds, 0)') }} as net_revenue,
    {{ money('coalesce(on_sale_revenue, 0)') }} as on_sale_revenue,
    {{ whole('coalesce(orders, 0)') }} as orders,
    {{ whole('coalesce(units, 0)') }} as units,
    {{ whole('coalesce(views, 0)') }} as views,
    coalesce(revenue_date <= last_complete_date, false) as is_complete
from days
cross join categories
left join sales using (revenue_date, category)
left join viewed using (revenue_date, category)
