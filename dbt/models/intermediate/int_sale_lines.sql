{{ config(
    materialized='incremental',
    partition_by=partition_by_day('event_date'),
    meta={'day': 'event_date'}
) }}

with source as (

    select * from {{ ref('stg_events') }}
    where
        event_type in ('purchase', 'refund')
        {% if is_incremental() %} and {{ is_changed_day('event_date') }} {% endif %}

)

select
    event_id,
    event_timestamp,
    event_date,
    shop_date,
    {{ shop_hour('event_timestamp') }} as shop_hour,
    event_type = 'refund' as is_refund,
    user_id,
    session_id,
    product_id,
    is_on_sale,
    quantity as units,
    {{ money('round(unit_price * quantity, 2)') }} as amount
from source
