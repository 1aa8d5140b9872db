with purchases as (

    select * from {{ ref('int_sale_lines') }}
    where not is_refund

)

select
    session_id as order_id,
    min(user_id) as user_id,
    min(event_timestamp) as ordered_at,
    min(shop_date) as order_date,
    min(shop_hour) as order_hour,
    {{ whole('sum(units)') }} as units,
    {{ money('sum(amount)') }} as amount
from purchases
group by 1
