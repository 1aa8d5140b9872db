{#- Only a warning: imported refunds may name an order that was never imported. -#}
{{ config(severity='warn') }}

select product_id, units, units_refunded_unmatched
from {{ ref('int_returns') }}
where units_refunded_unmatched > 0
