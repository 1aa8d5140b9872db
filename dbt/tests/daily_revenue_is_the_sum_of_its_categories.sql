with categories as (

    select
        revenue_date,
        sum(gross_revenue) as gross_revenue,
        sum(refunds) as refunds,
        sum(on_sale_revenue) as on_sale_revenue,
        sum(units) as units
    from {{ ref('daily_category_revenue') }}
    group by 1

)

select days.revenue_date
from {{ ref('daily_revenue') }} as days
full outer join categories on days.revenue_date = categories.revenue_date
where
    not coalesce(
        days.gross_revenue = categories.gross_revenue
        and days.refunds = categories.refunds
        and days.on_sale_revenue = categories.on_sale_revenue
        and days.units = categories.units,
        false
    )
