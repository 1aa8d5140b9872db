with clock as (

    select * from {{ ref('pipeline_clock') }}

),

days as (

    select
        periods.period_number,
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
        days.period_number,
        days.shop_date,
        case
            when days.shop_date < days.period_start then 'before'
            when days.shop_date <= days.period_end then 'during'
            when days.shop_date <= {{ add_days('days.period_end', 7) }} then 'after'
            else 'later'
        end as phase,
        coalesce(product_days.units, 0) as units,
        coalesce(product_days.gross_revenue, 0) as revenue,
        {{ as_double('product_days.average_price') }} as average_price,
        coalesce(product_days.on_sale_events, 0) = 0 as is_regular,
        coalesce(product_days.out_of_stock_events, 0) = 0 as is_in_stock,
        product_days.sold_out_at,
        product_days.last_wanted_at,
        case
            when product_days.sold_out_at is not null
                then coalesce(product_days.sold_out_at < product_days.first_wanted_at, true)
            when product_days.first_wanted_at is not null then false
        end as begins_sold_out,
        demand.demand_index
    from days
    inner join {{ ref('int_products') }} as products using (product_id)
    left join {{ ref('int_product_days') }} as product_days using (product_id, shop_date)
    left join {{ ref('int_category_demand') }} as demand
        on products.category = demand.category and days.shop_date = demand.demand_date
    where days.shop_date >= products.first_seen_date

)

select
    *,
    coalesce(first_value(begins_sold_out ignore nulls) over (
        partition by period_number order by shop_date
        rows between 1 following and unbounded following
    ), false) as next_begins_sold_out,
    max(case when is_regular then 0 else 1 end) over (
        partition by period_number order by shop_date
        rows between 7 preceding and current row
    ) = 0 as is_usual
from observed
