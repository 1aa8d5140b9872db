{{ config(
    materialized='incremental',
    partition_by=partition_by_day('event_date'),
    meta={'day': 'event_date'}
) }}

{#- 1970-01-01 is read again by every run, as every run deletes it: see changed_days. -#}
with broken as (

    select * from {{ ref('stg_event_rules') }}
    where
        reason is not null
        {% if is_incremental() %}
            and (
                {{ is_changed_day('event_date') }}
                or event_date is null
                or event_date = date '1970-01-01'
            )
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
