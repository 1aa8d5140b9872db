with clock as (

    select
        *,
        least(28, floor({{ seconds_between('first_event_at', 'as_of') }} / 86400) - 1) as windows
    from {{ ref('pipeline_clock') }}

),

{#- The last 24 hours are window 0; the 28 spans of 24 hours before them are 1 to 28. -#}
interactions as (

    select
        events.product_id,
        clock.as_of,
        clock.windows,
        {{ seconds_between('events.event_timestamp', 'clock.as_of') }} / 3600 as age_hours,
        case events.event_type when 'view_item' then 1 when 'add_to_cart' then 3 else 8 end as weight
    from {{ ref('stg_events') }} as events
    cross join clock
    where
        events.event_date >= (
            select {{ add_days('as_of_date', -31) }} from {{ ref('pipeline_clock') }}
        )
        and events.event_type in ('view_item', 'add_to_cart', 'purchase')
        and events.event_timestamp > {{ add_hours('clock.as_of', -29 * 24) }}

),

placed as (

    select
        *,
        floor(age_hours / 24) as span,
        weight * pow(0.5, (age_hours - 24 * floor(age_hours / 24)) / 12) as decayed
    from interactions

),

totals as (

    select
        product_id,
        as_of,
        sum(case when span = 0 then weight else 0 end) as weighted_24h,
        sum(case when span between 1 and windows then weight else 0 end)
        / max(case when windows > 0 then windows end) as weighted_mean_28d,
        sum(case when span = 0 then decayed else 0 end) as decayed_24h,
        sum(case when span between 1 and windows then decayed else 0 end)
        / max(case when windows > 0 then windows end) as decayed_mean_28d,
        {{ whole(count_where('span = 0 and weight = 1')) }} as views_24h,
        {{ whole(count_where('span = 0 and weight = 3')) }} as carts_24h,
        {{ whole(count_where('span = 0 and weight = 8')) }} as purchases_24h
    from placed
    group by 1, 2
    having min(span) < 28

),

scored as (

    select
        *,
        (decayed_24h - decayed_mean_28d) / sqrt(decayed_mean_28d + 1) as trending_score,
        (weighted_24h - weighted_mean_28d) / sqrt(weighted_mean_28d + 1) as velocity
    from totals

)

{% set order = "order by coalesce(scored.trending_score, -1e9) desc, scored.weighted_24h desc, product_id" %}
select
    product_id,
    products.product_name,
    products.category,
    {{ as_double('scored.trending_score') }} as trending_score,
    {{ as_double('scored.velocity') }} as velocity,
    {{ as_double('scored.weighted_24h') }} as weighted_24h,
    {{ as_double('scored.weighted_mean_28d') }} as weighted_mean_28d,
    scored.views_24h,
    scored.carts_24h,
    scored.purchases_24h,
    {{ whole('row_number() over (' ~ order ~ ')') }} as rank_overall,
    {{ whole('row_number() over (partition by products.category ' ~ order ~ ')') }} as rank_in_category,
    scored.as_of
from scored
inner join {{ ref('int_products') }} as products using (product_id)
