with lines as (

    select * from {{ ref('int_sale_lines') }}

)

select
    user_id,
    session_id as order_id,
    min(case when not is_refund then shop_date end) as order_date,
    {{ whole('sum(case when is_refund then 0 else units end)') }} as units,
    {{ money('sum(case when is_refund then 0 else amount end)') }} as amount,
    {{ money('sum(case when is_refund then amount else 0 end)') }} as refunds
from lines
group by 1, 2
