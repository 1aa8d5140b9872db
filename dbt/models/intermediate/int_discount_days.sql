{#- What is sold out left the shelf with the last unit, not when somebody next asked for it. -#}
with stocked as (

    select
        *,
        case
            when sold_out_at is null and not next_begins_sold_out then 1
            when begins_sold_out or last_wanted_at is null then 0
            else least(1, {{ seconds_between(
                shop_midnight('shop_date'),
                'least(last_wanted_at, coalesce(sold_out_at, last_wanted_at))'
            ) }} / {{ seconds_between(
                shop_midnight('shop_date'), shop_midnight(add_days('shop_date', 1))
            ) }})
        end as in_stock_share
    from {{ ref('int_discount_calendar') }}

),

judged as (

    select
        *,
        case phase
            when 'during' then in_stock_share > 0
            when 'after' then in_stock_share = 1 and is_regular
            else in_stock_share = 1 and is_usual
        end as is_clean
    from stocked

),

ranked as (

    select
        *,
        sum(case when phase = 'before' and is_clean then 1 else 0 end) over (
            partition by period_number order by shop_date
            rows between current row and unbounded following
        ) as clean_days_from_here
    from judged

)

select
    periods.discount_period_id,
    shop_date,
    phase,
    units,
    revenue,
    average_price,
    is_in_stock,
    {{ as_double('in_stock_share') }} as in_stock_share,
    is_clean,
    phase = 'before' and is_clean and clean_days_from_here <= 28 as is_baseline,
    {{ weekday('shop_date') }} as weekday,
    demand_index
from ranked
inner join {{ ref('int_discount_periods') }} as periods using (period_number)
where phase in ('during', 'after') or is_clean
