with totals as (

    select
        product_id,
        as_of,
        sum(case when span = 0 then weighted else 0 end) as weighted_24h,
        sum(case when span between 1 and spans then weighted else 0 end)
        / max(case when spans > 0 then spans end) as weighted_mean_28d,
        sum(case when span = 0 then decayed else 0 end) as decayed_24h,
        sum(case when span between 1 and spans then decayed else 0 end)
        / max(case when spans > 0 then spans end) as decayed_mean_28d,
        sum(case when span = 0 then decayed_count else 0 end) as count_24h,
        sum(case when span between 1 and spans then decayed_count else 0 end)
        / max(case when spans > 0 then spans end) as count_mean_28d,
        sum(case when span = 0 then views else 0 end) as views_24h,
        sum(case when span = 0 then carts else 0 end) as carts_24h,
        sum(case when span = 0 then purchases else 0 end) as purchases_24h
    from {{ ref('int_interaction_spans') }}
    group by 1, 2
    having min(span) < 28

),

{#- How lively the shop is beside its own 28 days: a Black Friday is no trend of a product. -#}
shop as (

    select
        coalesce({{ ratio('sum(decayed_24h)', 'sum(decayed_mean_28d)') }}, 1) as pace,
        coalesce({{ ratio('sum(weighted_24h)', 'sum(weighted_mean_28d)') }}, 1) as weighted_pace,
        coalesce({{ ratio('sum(count_24h)', 'sum(count_mean_28d)') }}, 1) as count_pace
    from totals

),

scored as (

    select
        totals.*,
        (decayed_24h - pace * decayed_mean_28d) / sqrt(pace * decayed_mean_28d + 1)
            as trending_score,
        (weighted_24h - weighted_pace * weighted_mean_28d)
        / sqrt(weighted_pace * weighted_mean_28d + 1) as velocity,
        (count_24h - count_pace * count_mean_28d) / sqrt(count_pace * count_mean_28d + 1) as z_score
    from totals
    cross join shop

)

{% set order %}
    order by coalesce(scored.trending_score, -1e9) desc, scored.weighted_24h desc, product_id
{% endset %}
select
    product_id,
    products.product_name,
    products.category,
    {{ as_double('scored.trending_score') }} as trending_score,
    {{ as_double('scored.z_score') }} as z_score,
    coalesce(scored.z_score >= 4.6, false) as is_trending,
    {{ as_double('scored.velocity') }} as velocity,
    {{ as_double('scored.weighted_24h') }} as weighted_24h,
    {{ as_double('scored.weighted_mean_28d') }} as weighted_mean_28d,
    {{ whole('scored.views_24h') }} as views_24h,
    {{ whole('scored.carts_24h') }} as carts_24h,
    {{ whole('scored.purchases_24h') }} as purchases_24h,
    {{ whole('row_number() over (' ~ order ~ ')') }} as rank_overall,
    {{ whole('row_number() over (partition by products.category ' ~ order ~ ')') }}
        as rank_in_category,
    scored.as_of
from scored
inner join {{ ref('int_products') }} as products using (product_id)
