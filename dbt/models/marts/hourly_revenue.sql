with clock as (

    select
        complete_until,
        {{ shop_hour('first_event_at') }} as first_hour,
        greatest(
            {{ shop_hour('as_of') }}, {{ shop_hour(add_hours('complete_until', -1)) }}
        ) as last_hour
    from {{ ref('pipeline_clock') }}

),

sales as (

    select
        shop_hour as revenue_hour,
        sum(case when is_refund then 0 else amount end) as gross_revenue,
        sum(case when is_refund then amount else 0 end) as refunds,
        sum(case when is_refund then 0 else units end) as units
    from {{ ref('int_sale_lines') }}
    group by 1

),

ordered as (

    select order_hour as revenue_hour, count(*) as orders
    from {{ ref('int_orders') }}
    group by 1

),

visited as (

    select shop_hour as revenue_hour, sum(sessions) as sessions
    from {{ ref('int_session_hours') }}
    group by 1

),

{#- Hours seen are added: a zone that shifts by half an hour leaves the even series. -#}
hours as (

    select item as revenue_hour from clock, {{ hour_series('clock.first_hour', 'clock.last_hour') }}
    union distinct
    select revenue_hour from sales
    union distinct
    select revenue_hour from visited

)

select
    revenue_hour,
    {{ shop_date('revenue_hour') }} as revenue_date,
    {{ money('coalesce(gross_revenue, 0)') }} as gross_revenue,
    {{ money('coalesce(refunds, 0)') }} as refunds,
    {{ money('coalesce(gross_revenue, 0) - coalesce(refunds, 0)') }} as net_revenue,
    {{ whole('coalesce(orders, 0)') }} as orders,
    {{ whole('coalesce(units, 0)') }} as units,
    {{ whole('coalesce(sessions, 0)') }} as sessions,
    {{ add_hours('revenue_hour', 1) }} <= clock.complete_until as is_complete
from hours
cross join clock
left join sales using (revenue_hour)
left join ordered using (revenue_hour)
left join visited using (revenue_hour)
