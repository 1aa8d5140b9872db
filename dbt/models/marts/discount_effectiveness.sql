with priced as (

    select
        effects.*,
        spans.product_id,
        spans.period_start,
        spans.period_end,
        spans.is_open,
        products.product_name,
        products.category,
        coalesce(effects.baseline_price, {{ as_double('products.regular_price') }})
            as regular_price,
        {{ ratio('effects.selling_units', 'effects.expected_units') }} - 1 as uplift
    from {{ ref('int_discount_outcomes') }} as effects
    inner join {{ ref('int_discount_periods') }} as spans using (discount_period_id)
    inner join {{ ref('int_products') }} as products using (product_id)

),

{#- log_ratio is below 0; the error is that of two Poisson counts, in the period and before. -#}
logs as (

    select
        *,
        case
            when sale_price > 0 and sale_price < regular_price then ln(sale_price / regular_price)
        end as log_ratio,
        case when uplift > -1 then ln(1 + uplift) end as log_uplift,
        case
            when selling_units > 0 and baseline_units > 0
                then 1.645 * sqrt(1.0 / selling_units + 1.0 / baseline_units)
        end as log_error
    from priced

)

select
    discount_period_id,
    product_id,
    product_name,
    category,
    period_start,
    period_end,
    {{ whole('days') }} as days,
    is_open,
    {{ money_from_double('regular_price') }} as regular_price,
    {{ money_from_double('sale_price') }} as sale_price,
    1 - sale_price / nullif(regular_price, 0) as discount_depth,
    {{ whole('units') }} as units,
    {{ ratio('selling_units', 'selling_days') }} as units_per_day,
    expected_units / nullif(selling_days, 0) as expected_units_per_day,
    uplift,
    selling_units - expected_units as incremental_units,
    {{ money_from_double(
        'revenue - expected_units / nullif(selling_days, 0) * days * regular_price'
    ) }} as incremental_revenue,
    dip_after,
    {{ whole('coalesce(baseline_days, 0)') }} as baseline_days,
    {{ whole('out_of_stock_days') }} as out_of_stock_days,
    log_uplift / log_ratio as elasticity,
    (log_uplift + log_error) / log_ratio as elasticity_lower,
    (log_uplift - log_error) / log_ratio as elasticity_upper,
    {{ whole('selling_units') }} as selling_units,
    expected_units,
    {{ whole('baseline_units') }} as baseline_units
from logs
