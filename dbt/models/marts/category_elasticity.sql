with categories as (

    select distinct category from {{ ref('int_products') }}

),

periods as (

    select
        *,
        ln(1 - discount_depth) as log_ratio
    from {{ ref('discount_effectiveness') }}
    where expected_units > 0 and discount_depth > 0 and discount_depth < 1

),

pooled as (

    select
        category,
        count(*) as periods,
        sum(selling_units) as units,
        sum(baseline_units) as baseline_units,
        sum(expected_units) as expected_units,
        sum(expected_units * discount_depth) as depth,
        sum(expected_units * log_ratio) as log_ratio,
        sum(incremental_revenue) as incremental_revenue
    from periods
    group by 1

),

logs as (

    select
        *,
        case when units > 0 then ln(units / expected_units) end as log_uplift,
        log_ratio / expected_units as mean_log_ratio,
        case when units > 0 and baseline_units > 0 then
            1.96 * sqrt(1.0 / units + 1.0 / baseline_units)
        end as log_error
    from pooled

)

select
    category,
    {{ whole('coalesce(periods, 0)') }} as periods,
    units / expected_units - 1 as uplift,
    depth / expected_units as discount_depth,
    log_uplift / mean_log_ratio as elasticity,
    (log_uplift + log_error) / mean_log_ratio as elasticity_lower,
    (log_uplift - log_error) / mean_log_ratio as elasticity_upper,
    {{ money('incremental_revenue') }} as incremental_revenue
from categories
left join logs using (category)
