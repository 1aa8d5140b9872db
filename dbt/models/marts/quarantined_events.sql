{{ config(
    materialized='incremental',
    partition_by=partition_by_day('event_date'),
    meta={'day': 'event_date'}
) }}

with broken as (

    select * from {{ ref('stg_event_rules') }}
    where
        reason is not null
        {% if is_incremental() %}
            and ({{ is_changed_day('event_date') }} or event_date is null)
        {% endif %}

)

select distinct
    event_id,
    event_timestamp,
    event_type,
    user_id,
    session_id,
    product_id,
    on_sale,
    sale_price,
    quantity,
    rating,
    source,
    reason,
    coalesce(event_date, date '1970-01-01') as event_date
from broken
