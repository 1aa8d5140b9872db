with hours as (

    select
        revenue_date,
        sum(gross_revenue) as gross_revenue,
        sum(refunds) as refunds,
        sum(orders) as orders,
        sum(units) as units,
        sum(sessions) as sessions
    from {{ ref('hourly_revenue') }}
    group by 1

)

select days.revenue_date
from {{ ref('daily_revenue') }} as days
full outer join hours on days.revenue_date = hours.revenue_date
where
    not coalesce(
        days.gross_revenue = hours.gross_revenue
        and days.refunds = hours.refunds
        and days.orders = hours.orders
        and days.units = hours.units
        and days.sessions = hours.sessions,
        false
    )
