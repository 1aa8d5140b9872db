{{ config(materialized='view') }}

{#- A refund belongs to the line of the order that it names: same session, same product. -#}
with lines as (

    select
        session_id,
        product_id,
        min(case when not is_refund then shop_date end) as order_date,
        sum(case when is_refund then 0 else units end) as units,
        sum(case when is_refund then units else 0 end) as units_refunded
    from {{ ref('int_sale_lines') }}
    group by 1, 2

)

select
    session_id as order_id,
    product_id,
    order_date,
    {{ whole('units') }} as units,
    {{ whole('least(units, units_refunded)') }} as units_returned,
    {{ whole('greatest(units_refunded - units, 0)') }} as units_refunded_unmatched
from lines
