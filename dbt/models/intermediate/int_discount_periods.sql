{#- Gaps and islands over the days on which a product's price was seen. -#}
with observed as (

    select
        product_id,
        shop_date,
        on_sale_events * 2 >= priced_events as is_on_sale,
        max(shop_date) over (partition by product_id) as last_priced_date
    from {{ ref('int_product_days') }}
    where priced_events > 0

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
        max(last_priced_date) as last_priced_date
    from numbered
    group by 1, 2

)

select
    {{ dbt.concat(['periods.product_id', "'/'", 'cast(periods.period_start as string)']) }}
        as discount_period_id,
    periods.product_id,
    periods.period_start,
    periods.period_end,
    periods.period_end = periods.last_priced_date
    and {{ days_between('periods.period_end', 'clock.as_of_date') }} <= 7 as is_open
from periods
cross join {{ ref('pipeline_clock') }} as clock
