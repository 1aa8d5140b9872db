with changes as (

    select window_days, order_date as rate_date, 1 as customers, 0 as repeat_customers
    from {{ ref('int_repeat_spans') }}
    union all
    select window_days, customer_until, -1, 0 from {{ ref('int_repeat_spans') }}
    union all
    select window_days, order_date, 0, 1 from {{ ref('int_repeat_spans') }}
    union all
    select window_days, repeat_until, 0, -1 from {{ ref('int_repeat_spans') }}

),

changed as (

    select
        window_days, rate_date,
        sum(customers) as customers, sum(repeat_customers) as repeat_customers
    from changes
    group by 1, 2

),

days as (

    select
        cast(item as date) as rate_date,
        clock.first_date,
        clock.last_complete_date
    from
        {{ ref('pipeline_clock') }} as clock,
        {{ date_series('clock.first_date', 'clock.as_of_date') }}

),

running as (

    select
        windows.window_days,
        days.rate_date,
        coalesce(
            {{ add_days('days.first_date', 'windows.window_days - 1') }} <= days.rate_date
            and days.rate_date <= days.last_complete_date,
            false
        ) as is_complete,
        sum(coalesce(changed.customers, 0)) over so_far as customers,
        sum(coalesce(changed.repeat_customers, 0)) over so_far as repeat_customers
    from days
    cross join {{ repeat_windows() }} as windows
    left join changed
        on windows.window_days = changed.window_days and days.rate_date = changed.rate_date
    window so_far as (partition by windows.window_days order by days.rate_date)

)

select
    rate_date,
    {{ whole('window_days') }} as window_days,
    is_complete,
    {{ whole('customers') }} as customers,
    {{ whole('repeat_customers') }} as repeat_customers,
    {{ ratio('repeat_customers', 'customers') }} as repeat_rate
from running
