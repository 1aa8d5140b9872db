with periods as (

    select
        discount_period_id,
        count(*) as days,
        sum(units) as units,
        sum(revenue) as revenue,
        {{ count_where('not is_in_stock') }} as out_of_stock_days,
        avg(average_price) as sale_price
    from {{ ref('int_discount_days') }}
    where phase = 'during'
    group by 1

),

effects as (

    select
        periods.*,
        during.units as selling_units,
        during.selling_days,
        case when during.baseline_days >= 7 then during.expected_units end as expected_units,
        case
            when after.baseline_days >= 7 and after.selling_days >= 3
                then {{ ratio('after.units', 'after.expected_units') }} - 1
        end as dip_after,
        during.baseline_days,
        during.baseline_units,
        during.regular_price as baseline_price
    from periods
    left join {{ ref('int_discount_expectations') }} as during
        on periods.discount_period_id = during.discount_period_id and during.phase = 'during'
    left join {{ ref('int_discount_expectations') }} as after
        on periods.discount_period_id = after.discount_period_id and after.phase = 'after'

)

select * from effects
