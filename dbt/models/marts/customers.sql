with sales as (

    select
        user_id,
        min(case when not is_refund then shop_date end) as first_order_date,
        max(case when not is_refund then shop_date end) as last_order_date,
        count(distinct case when not is_refund then session_id end) as orders,
        sum(case when is_refund then 0 else units end) as units,
        sum(case when is_refund then 0 else amount end) as gross_revenue,
        sum(case when is_refund then amount else 0 end) as refunds
    from {{ ref('int_sale_lines') }}
    group by 1

)

select
    sales.user_id,
    sales.first_order_date,
    sales.last_order_date,
    {{ whole('sales.orders') }} as orders,
    {{ whole('sales.units') }} as units,
    {{ money('sales.gross_revenue') }} as gross_revenue,
    {{ money('sales.refunds') }} as refunds,
    {{ money('sales.gross_revenue - sales.refunds') }} as net_revenue,
    {{ whole(days_between('sales.last_order_date', 'clock.as_of_date')) }} as days_since_last_order
from sales
cross join {{ ref('pipeline_clock') }} as clock
where sales.orders > 0
