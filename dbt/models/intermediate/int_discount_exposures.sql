with days as (

    select * from {{ ref('int_discount_days') }}
    where is_clean and demand_index > 0

),

phases as (

    select
        discount_period_id,
        sum(case when phase = 'during' then in_stock_share else 0 end) as selling_days,
        {{ count_where("phase in ('before', 'later')") }} as baseline_days,
        sum(case when phase = 'during' then units else 0 end) as units,
        sum(case when phase in ('before', 'later') then units else 0 end) as baseline_units,
        sum(case when phase = 'during' then in_stock_share * demand_index else 0 end) as demand,
        sum(case when phase in ('before', 'later') then demand_index else 0 end) as usual_demand
    from days
    group by 1

)

select
    discount_period_id,
    selling_days,
    {{ whole('units') }} as units,
    {{ whole('baseline_days') }} as baseline_days,
    {{ whole('baseline_units') }} as baseline_units,
    {{ ratio('baseline_units', 'usual_demand') }} * demand as exposure
from phases
where selling_days > 0 and baseline_days >= 7
