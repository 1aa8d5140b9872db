with days as (

    select
        cast(item as date) as revenue_date,
        clock.last_complete_date
    from
        {{ ref('pipeline_clock') }} as clock,
        {{ date_series('clock.first_date', 'clock.as_of_date') }}

),

sales as (

    select
        shop_date as revenue_date,
        sum(case when is_refund then 0 else amount end) as gross_revenue,
        sum(case when is_refund then amount else 0 end) as refunds,
        sum(case when is_on_sale and not is_refund then amount else 0 end) as on_sale_revenue,
        sum(case when is_refund then 0 else units end) as units,
        sum(case when is_refund then units else 0 end) as units_refunded,
        count(distinct case when not is_refund then user_id end) as buyers
    from {{ ref('int_sale_lines') }}
    group by 1

),

ordered as (

    select order_date as revenue_date, count(*) as orders
    from {{ ref('int_orders') }}
    group by 1

),

came as (

    select first_order_date as revenue_date, count(*) as new_buyers
    from {{ ref('customers') }}
    group by 1

),

visited as (

    select
        shop_date as revenue_date,
        sum(sessions) as sessions,
        sum(sessions_viewed) as sessions_viewed,
        sum(sessions_carted) as sessions_carted,
        sum(sessions_purchased) as sessions_purchased,
        sum(sessions_cart_purchased) as sessions_cart_purchased
    from {{ ref('int_session_hours') }}
    group by 1

)

select
    revenue_date,
    {{ money('coalesce(gross_revenue, 0)') }} as gross_revenue,
    {{ money('coalesce(refunds, 0)') }} as refunds,
    {{ money('coalesce(gross_revenue, 0) - coalesce(refunds, 0)') }} as net_revenue,
    {{ money('coalesce(on_sale_revenue, 0)') }} as on_sale_revenue,
    {{ whole('coalesce(orders, 0)') }} as orders,
    {{ whole('coalesce(units, 0)') }} as units,
    {{ whole('coalesce(units_refunded, 0)') }} as units_refunded,
    {{ whole('coalesce(buyers, 0)') }} as buyers,
    {{ whole('coalesce(new_buyers, 0)') }} as new_buyers,
    {{ money_from_double(ratio('gross_revenue', 'orders')) }} as average_order_value,
    {{ whole('coalesce(sessions, 0)') }} as sessions,
    case when sessions_viewed > 0 then {{ ratio('sessions_purchased', 'sessions') }} end
        as session_conversion,
    1 - {{ ratio('sessions_cart_purchased', 'sessions_carted') }} as cart_abandonment,
    coalesce(revenue_date <= last_complete_date, false) as is_complete
from days
left join sales using (revenue_date)
left join ordered using (revenue_date)
left join came using (revenue_date)
left join visited using (revenue_date)
