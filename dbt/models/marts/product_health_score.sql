{#- Whole numbers, whose sums are exact: what is best in all that it has gets 100, not more. -#}
{% set weights = {
    'conversion_score': 30, 'growth_score': 20, 'return_score': 15,
    'stock_score': 15, 'rating_score': 20
} %}

with products as (

    select
        *,
        sum(avg_rating * review_count) over (partition by category)
        / nullif(sum(case when avg_rating is not null then review_count end) over (
            partition by category
        ), 0) as category_rating
    from {{ ref('product_kpis') }}

),

shrunk as (

    select
        *,
        (review_count * avg_rating + 20 * category_rating) / (review_count + 20) as shrunk_rating
    from products

),

scored as (

    select
        *,
        {{ percentile('conversion_rate') }} as conversion_score,
        {{ percentile('revenue_growth') }} as growth_score,
        {{ percentile('return_rate', best='low') }} as return_score,
        {{ percentile('in_stock_share') }} as stock_score,
        {{ percentile('shrunk_rating') }} as rating_score
    from shrunk

),

weighted as (

    select
        *,
        100 * (({% for part, weight in weights.items() -%}
            coalesce({{ part }} * {{ weight }}, 0) {%- if not loop.last %} + {% endif -%}
        {% endfor %}) / nullif({% for part, weight in weights.items() -%}
            case when {{ part }} is null then 0 else {{ weight }} end
            {%- if not loop.last %} + {% endif -%}
        {% endfor %}, 0)) as score
    from scored

)

select
    product_id,
    product_name,
    category,
    {{ as_double('score') }} as health_score,
    {{ whole(
        'row_number() over (partition by category order by coalesce(score, -1) desc, product_id)'
    ) }} as health_rank,
    case
        when score >= 65 then 'strong' when score >= 40 then 'steady' when score >= 0 then 'weak'
    end as health_band,
    conversion_score,
    growth_score,
    return_score,
    stock_score,
    rating_score,
    conversion_rate,
    revenue_growth,
    return_rate,
    in_stock_share,
    {{ as_double('shrunk_rating') }} as shrunk_rating,
    units
from weighted
