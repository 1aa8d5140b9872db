{#- Poisson regression of units on the log price ratio, by Newton's method; see the description. -#}
with periods as (

    select
        effects.discount_period_id,
        effects.category,
        effects.product_id,
        {{ week_start('effects.period_start') }} as start_week,
        effects.discount_depth,
        effects.incremental_revenue,
        exposures.units,
        exposures.exposure,
        ln(1 - effects.discount_depth) as log_ratio
    from {{ ref('discount_effectiveness') }} as effects
    inner join {{ ref('int_discount_exposures') }} as exposures using (discount_period_id)
    where effects.discount_depth > 0 and effects.discount_depth < 1

),

step_0 as (

    select
        category,
        case
            when sum(units) > 0
                then
                    ln({{ ratio('sum(units)', 'sum(exposure)') }})
                    * {{ ratio('sum(exposure)', 'sum(exposure * log_ratio)') }}
        end as elasticity
    from periods
    group by 1

),

{% for step in range(1, 6) -%}
    step_{{ step }} as (

        select
            category,
            max(elasticity) + {{ ratio(
                'sum(log_ratio * (units - exposure * exp(elasticity * log_ratio)))',
                'sum(log_ratio * log_ratio * exposure * exp(elasticity * log_ratio))'
            ) }} as elasticity
        from periods
        inner join step_{{ step - 1 }} using (category)
        group by 1

    ),

{% endfor -%}
fitted as (

    select *, exposure * exp(elasticity * log_ratio) as fitted_units
    from periods
    inner join step_5 using (category)

)

select
    *,
    log_ratio * (units - fitted_units) as score,
    log_ratio * log_ratio * fitted_units as information
from fitted
