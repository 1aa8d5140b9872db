select
    product_id,
    {{ whole('sum(units)') }} as units,
    {{ whole('sum(units_returned)') }} as units_refunded,
    {{ whole('sum(units_refunded_unmatched)') }} as units_refunded_unmatched
from {{ ref('int_order_lines') }}
group by 1
