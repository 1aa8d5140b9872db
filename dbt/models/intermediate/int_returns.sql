{{ config(materialized='ephemeral') }}

{#- A refund belongs to the line of the order that it names: same session, same product. -#}
with lines as (

    select
        session_id,
        product_id,
        sum(case when is_refund then 0 else units end) as units,
        sum(case when is_refund then units else 0 end) as units_refunded
    from {{ ref('int_sale_lines') }}
    group by 1, 2

)

select
    product_id,
    {{ whole('sum(units)') }} as units,
    {{ whole('sum(least(units, units_refunded))') }} as units_refunded,
    {{ whole('sum(greatest(units_refunded - units, 0))') }} as units_refunded_unmatched
from lines
group by 1
