{{ config(
    materialized='incremental',
    partition_by=partition_by_day('session_date'),
    meta={'day': 'session_date', 'before': 1, 'after': 1}
) }}

with sessions as (

    select * from {{ ref('int_sessions') }}
    {% if is_incremental() %} where {{ is_changed_day('session_date', 1, 1) }} {% endif %}

)

select
    session_date,
    shop_date,
    shop_hour,
    {{ whole('count(*)') }} as sessions,
    {{ whole(count_where('is_viewed')) }} as sessions_viewed,
    {{ whole(count_where('is_carted')) }} as sessions_carted,
    {{ whole(count_where('is_purchased')) }} as sessions_purchased,
    {{ whole(count_where('is_cart_purchased')) }} as sessions_cart_purchased
from sessions
group by 1, 2, 3
