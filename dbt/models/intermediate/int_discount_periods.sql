{#- Gaps and islands over the whole days on which a product's price was seen. -#}
with observed as (

    select
        product_days.product_id,
        product_days.shop_date,
        product_days.on_sale_events * 2 >= product_days.priced_events as is_on_sale,
        max(product_days.shop_date) over (partition by product_days.product_id) as last_priced_date,
        clock.last_complete_date
    from {{ ref('int_product_days') }} as product_days
    cross join {{ ref('pipeline_clock') }} as clock
    where product_days.priced_events > 0 and product_days.shop_date <= clock.last_complete_date

),

neighbours as (

    select
        *,
        lag(is_on_sale) over (partition by product_id order by shop_date) as was_on_sale,
        lag(shop_date) over (partition by product_id order by shop_date) as previous_date
    from observed

),

numbered as (

    select
        *,
        sum(case
            when was_on_sale and {{ days_between('previous_date', 'shop_date') }} <= 7 then 0
            else 1
        end) over (partition by product_id order by shop_date) as period_number
    from neighbours
    where is_on_sale

),

periods as (

    select
        product_id,
        period_number,
        min(shop_date) as period_start,
        max(shop_date) as period_end,
        max(last_priced_date) as last_priced_date,
        max(last_complete_date) as last_complete_date
    from numbered
    group by 1, 2

)

select
    {{ dbt.concat(['product_id', "'/'", 'cast(period_start as string)']) }} as discount_period_id,
    {{ whole('row_number() over (order by product_id, period_start)') }} as period_number,
    product_id,
    period_start,
    period_end,
    period_end = last_priced_date
    and {{ days_between('period_end', 'last_complete_date') }} <= 7 as is_open
from periods
