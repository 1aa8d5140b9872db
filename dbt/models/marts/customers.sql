with orders as (

    select
        user_id,
        min(order_date) as first_order_date,
        max(order_date) as last_order_date,
        count(*) as orders,
        sum(units) as units,
        sum(amount) as gross_revenue
    from {{ ref('int_orders') }}
    group by 1

),

refunded as (

    select user_id, sum(amount) as refunds
    from {{ ref('int_sale_lines') }}
    where is_refund
    group by 1

),

buyers as (

    select
        orders.*,
        coalesce(refunded.refunds, 0) as refunds,
        {{ money('orders.gross_revenue - coalesce(refunded.refunds, 0)') }} as net_revenue
    from orders
    left join refunded using (user_id)

),

measured as (

    select
        buyers.*,
        {{ whole(days_between('buyers.last_order_date', 'clock.as_of_date')) }}
            as days_since_last_order,
        {{ ratio(
            days_between('buyers.first_order_date', 'buyers.last_order_date'), 'buyers.orders - 1'
        ) }} as days_between_orders
    from buyers
    cross join {{ ref('pipeline_clock') }} as clock

),

scored as (

    select
        *,
        {{ quintile('days_since_last_order', best='low') }} as recency_score,
        {{ quintile('orders') }} as frequency_score,
        {{ quintile('net_revenue') }} as monetary_score
    from measured

)

select
    user_id,
    first_order_date,
    last_order_date,
    {{ whole('orders') }} as orders,
    {{ whole('units') }} as units,
    {{ money('gross_revenue') }} as gross_revenue,
    {{ money('refunds') }} as refunds,
    net_revenue,
    {{ money_from_double(ratio('gross_revenue', 'orders')) }} as average_order_value,
    days_since_last_order,
    days_between_orders,
    recency_score,
    frequency_score,
    monetary_score,
    {{ rfm_segment('recency_score', 'frequency_score', 'monetary_score') }} as rfm_segment
from scored
