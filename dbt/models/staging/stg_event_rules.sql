{{ config(materialized='view') }}

with raw_events as (

    select * from {{ source('raw', 'live_events') }}
    where {{ all_partitions() }}

),

judged as (

    select
        event_id,
        event_timestamp,
        {{ raw_event_date() }} as event_date,
        event_type,
        user_id,
        session_id,
        product_id,
        on_sale,
        sale_price,
        quantity,
        rating,
        source,
        {{ broken_rule() }} as reason
    from raw_events

)

select * from judged
