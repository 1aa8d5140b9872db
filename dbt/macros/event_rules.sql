{#- The rules of the event contract that types alone cannot hold; null where a row keeps them all. -#}

{% macro broken_rule() -%}
    case
        when coalesce(event_id, '') = '' then 'missing event_id'
        when event_timestamp is null then 'missing event_timestamp'
        when coalesce(user_id, '') = '' then 'missing user_id'
        when coalesce(session_id, '') = '' then 'missing session_id'
        when coalesce(product_id, '') = '' and coalesce(event_type, '') <> 'begin_checkout'
            then 'missing product_id'
        when event_type is null or event_type not in (
            'view_item', 'add_to_cart', 'remove_from_cart', 'begin_checkout',
            'purchase', 'refund', 'review', 'out_of_stock'
        ) then 'unknown event_type'
        when event_timestamp > {{ add_hours(now(), 24) }} then 'timestamp in the future'
        when event_timestamp < {{ earliest_instant() }} then 'timestamp before 1990'
        when sale_price is null then 'missing price'
        when sale_price < 0 then 'negative price'
        when not coalesce(sale_price <= 99999999, false) then 'price out of range'
        when
            quantity is null
            and event_type in ('add_to_cart', 'remove_from_cart', 'purchase', 'refund')
            then 'missing quantity'
        when quantity <= 0 then 'quantity not positive'
        when quantity > 1000000 then 'quantity out of range'
        when rating is null and event_type = 'review' then 'missing rating'
        when rating not between 1 and 5 then 'rating outside 1 to 5'
    end
{%- endmacro %}

{#- The instant of the build. -#}
{% macro now() -%} {{ return(adapter.dispatch('now')()) }} {%- endmacro %}

{% macro duckdb__now() -%} now() {%- endmacro %}

{% macro bigquery__now() -%} current_timestamp() {%- endmacro %}

{% macro earliest_instant() -%}
    cast('1990-01-01 00:00:00+00' as {{ 'timestamptz' if target.type == 'duckdb' else 'timestamp' }})
{%- endmacro %}

{#- The UTC day of a raw row: locally a folder of the lake, on BigQuery the partition. -#}
{% macro raw_event_date() -%}
    {{ 'event_date' if target.type == 'duckdb' else 'date(event_timestamp)' }}
{%- endmacro %}

{#- BigQuery's live_events demands a condition on its partitions; this one lets all of them in. -#}
{% macro all_partitions() -%}
    {%- if target.type == 'bigquery' -%}
        event_timestamp >= timestamp '0001-01-01 00:00:00+00' or event_timestamp is null
    {%- else -%} true
    {%- endif -%}
{%- endmacro %}
