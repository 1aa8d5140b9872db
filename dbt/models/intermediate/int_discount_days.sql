with clock as (

    select * from {{ ref('pipeline_clock') }}

),

days as (

    select
        periods.discount_period_id,
        periods.product_id,
        periods.period_start,
        periods.period_end,
        cast(item as date) as shop_date
    from {{ ref('int_discount_periods') }} as periods
    cross join clock, {{ date_series(
        'greatest(' ~ add_days('periods.period_start', -56) ~ ', clock.first_date)',
        'least(' ~ add_days('periods.period_end', 63) ~ ', clock.last_complete_date)'
    ) }}

),

observed as (

    select
        days.discount_period_id,
        days.shop_date,
        case
            when days.shop_date < days.period_start then 'before'
            when days.shop_date <= days.period_end then 'during'
            when days.shop_date <= {{ add_days('days.period_end', 7) }} then 'after'
            else 'later'
        end as phase,
        coalesce(product_days.units, 0) as units,
        coalesce(product_days.gross_revenue, 0) as revenue,
        product_days.average_price,
        coalesce(product_days.on_sale_events, 0) = 0 as is_regular,
        coalesce(product_days.out_of_stock_events, 0) = 0 as is_in_stock,
        coalesce(product_days.in_stock_share, 1) as in_stock_share,
        demand.demand_index
    from days
    inner join {{ ref('int_products') }} as products using (product_id)
    left join {{ ref('int_product_days') }} as product_days using (product_id, shop_date)
    left join {{ ref('int_category_demand') }} as demand
        on products.category = demand.category and days.shop_date = demand.demand_date
    where days.shop_date >= products.first_seen_date

),

{#- A promotion takes demand from the days after it: for a week they are not usual days. -#}
recovered as (

    select
        *,
        max(case when is_regular then 0 else 1 end) over (
            partition by discount_period_id order by shop_date
            rows between 7 preceding and current row
        ) = 0 as is_usual
    from observed

),

judged as (

    select
        *,
        case phase
            when 'during' then in_stock_share > 0
            when 'after' then is_in_stock and is_regular
            else is_in_stock and is_usual
        end as is_clean
    from recovered

),

ranked as (

    select
        *,
        sum(case when is_clean then 1 else 0 end) over (
            partition by discount_period_id, phase
            order by shop_date desc
            rows between unbounded preceding and current row
        ) as clean_days_from_here
    from judged

)

select
    discount_period_id,
    shop_date,
    phase,
    units,
    revenue,
    {{ as_double('average_price') }} as average_price,
    is_in_stock,
    {{ as_double('in_stock_share') }} as in_stock_share,
    is_clean,
    phase = 'before' and is_clean and clean_days_from_here <= 28 as is_baseline,
    {{ weekday('shop_date') }} as weekday,
    demand_index
from ranked
where phase in ('during', 'after') or is_clean
