{{ config(
    materialized='incremental',
    partition_by=partition_by_day('event_date'),
    meta={'day': 'event_date'}
) }}

{#- Few events repeat, so only those are sorted. -#}
{% set raw_date = raw_event_date() %}
{% set wanted %}
    rules.reason is null
    {% if is_incremental() %} and {{ is_changed_day('rules.event_date', day='event_date') }} {% endif %}
{% endset %}

with repeated as (

    select
        {{ raw_date }} as event_date,
        {{ fingerprint('event_id') }} as event_key
    from {{ source('raw', 'live_events') }}
    where
        ({{ all_partitions() }})
        {% if is_incremental() %} and {{ is_changed_day(raw_date, day='event_date') }} {% endif %}
    group by 1, 2
    having count(*) > 1

),

single as (

    select rules.*
    from {{ ref('stg_event_rules') }} as rules
    left join repeated
        on
            rules.event_date = repeated.event_date
            and {{ fingerprint('rules.event_id') }} = repeated.event_key
    where repeated.event_key is null and {{ wanted }}

),

earliest as (

    select rules.*
    from {{ ref('stg_event_rules') }} as rules
    inner join repeated
        on
            rules.event_date = repeated.event_date
            and {{ fingerprint('rules.event_id') }} = repeated.event_key
    where {{ wanted }}
    qualify row_number() over (
        partition by rules.event_date, rules.event_id
        order by
            rules.event_timestamp, rules.event_type, rules.product_id,
            rules.session_id, rules.user_id, rules.sale_price, rules.quantity
    ) = 1

),

counted as (

    select * from single
    union all
    select * from earliest

)

select
    event_id,
    event_timestamp,
    event_date,
    {{ shop_date('event_timestamp') }} as shop_date,
    event_type,
    user_id,
    session_id,
    product_id,
    coalesce(on_sale, false) as is_on_sale,
    {{ unit_price('sale_price') }} as unit_price,
    quantity,
    rating,
    source
from counted
