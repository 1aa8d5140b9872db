with days as (

    select * from {{ ref('int_discount_days') }}
    where is_clean

),

baseline as (

    select
        discount_period_id,
        count(*) as baseline_days,
        sum(units) as baseline_units,
        avg(average_price) as regular_price,
        avg(units) as mean_units,
        avg(demand_index) as mean_index
    from days
    where is_baseline
    group by 1

),

weekdays as (

    select
        discount_period_id,
        weekday,
        avg(units) as mean_units,
        avg(demand_index) as mean_index
    from days
    where is_baseline
    group by 1, 2

),

{#- A weekday that the baseline lacks is taken to be like its mean day. -#}
phases as (

    select
        days.discount_period_id,
        days.phase,
        sum(days.in_stock_share) as selling_days,
        sum(days.units) as units,
        sum(days.in_stock_share * coalesce(weekdays.mean_units, baseline.mean_units))
            as usual_units,
        sum(days.in_stock_share * days.demand_index) as demand,
        sum(case
            when days.demand_index is not null
                then days.in_stock_share * coalesce(weekdays.mean_index, baseline.mean_index)
        end) as usual_demand
    from days
    inner join baseline using (discount_period_id)
    left join weekdays using (discount_period_id, weekday)
    where days.phase in ('during', 'after')
    group by 1, 2

)

select
    discount_period_id,
    phases.phase,
    phases.selling_days,
    {{ whole('phases.units') }} as units,
    phases.usual_units * coalesce({{ ratio('phases.demand', 'phases.usual_demand') }}, 1)
        as expected_units,
    {{ whole('baseline.baseline_days') }} as baseline_days,
    {{ whole('baseline.baseline_units') }} as baseline_units,
    baseline.regular_price
from phases
inner join baseline using (discount_period_id)
