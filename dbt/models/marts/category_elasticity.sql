{% set clusters = ['product_id', 'start_week', 'discount_period_id'] %}

with categories as (

    select distinct category from {{ ref('int_products') }}

),

periods as (

    select * from {{ ref('int_discount_scores') }}

),

pooled as (

    select
        category,
        count(*) as periods,
        max(elasticity) as elasticity,
        sum(information) as information,
        sum(incremental_revenue) as incremental_revenue,
        {{ ratio('sum(units)', 'sum(exposure)') }} - 1 as uplift,
        {{ ratio('sum(exposure * discount_depth)', 'sum(exposure)') }} as discount_depth
    from periods
    group by 1

),

sums as (

    {% for cluster in clusters -%}
        select category, '{{ cluster }}' as cluster, sum(score) as score from periods
        group by category, {{ cluster }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

variances as (

    select
        category,
        {% for cluster in clusters -%}
            sum(case when cluster = '{{ cluster }}' then score * score end)
            * {{ ratio(
                count_where("cluster = '" ~ cluster ~ "'"),
                count_where("cluster = '" ~ cluster ~ "'") ~ ' - 1'
            ) }} as by_{{ cluster }} {%- if not loop.last %},{% endif %}
        {% endfor %}
    from sums
    group by 1

),

estimates as (

    select
        pooled.*,
        case
            when by_start_week is not null
                then 1.645 / nullif(information, 0) * sqrt(greatest(
                    by_product_id, by_product_id + by_start_week - by_discount_period_id
                ))
        end as margin
    from pooled
    inner join variances using (category)

)

select
    category,
    {{ whole('coalesce(periods, 0)') }} as periods,
    uplift,
    discount_depth,
    elasticity,
    elasticity - margin as elasticity_lower,
    elasticity + margin as elasticity_upper,
    {{ money('incremental_revenue') }} as incremental_revenue
from categories
left join estimates using (category)
