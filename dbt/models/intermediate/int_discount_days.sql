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
        'least(' ~ add_days('periods.period_end', 7) ~ ', clock.last_complete_date)'
    ) }}

),

observed as (

    select
        days.discount_period_id,
        days.shop_date,
        case
            when days.shop_date < days.period_start then 'before'
            when days.shop_date <= days.period_end then 'during'
            else 'after'
        end as phase,
        coalesce(product_days.units, 0) as units,
        coalesce(product_days.gross_revenue, 0) as revenue,
        product_days.average_price,
        coalesce(product_days.on_sale_events, 0) = 0 as is_regular,
        coalesce(product_days.out_of_stock_events, 0) = 0 as is_in_stock,
        demand.demand_index
    from days
    inner join {{ ref('int_products') }} as products using (product_id)
    left join {{ ref('int_product_days') }} as product_days using (product_id, shop_date)
    left join {{ ref('int_category_demand') }} as demand
        on products.category = demand.category and days.shop_date = demand.demand_date
    where days.shop_date >= products.first_seen_date

),

{#- Clean days are in stock and, before and after, without promotion; the newest 28 count. -#}
ranked as (

    select
        *,
        is_in_stock and (phase = 'during' or is_regular) as is_clean,
        sum(case when is_in_stock and is_regular then 1 else 0 end) over (
            partition by discount_period_id, phase
            order by shop_date desc
            rows between unbounded preceding and current row
        ) as clean_days_from_here
    from observed

)

select
    discount_period_id,
    shop_date,
    phase,
    units,
    revenue,
    {{ as_double('average_price') }} as average_price,
    is_in_stock,
    is_clean,
    {{ weekday('shop_date') }} as weekday,
    demand_index
from ranked
where phase <> 'before' or (is_clean and clean_days_from_here <= 28)
