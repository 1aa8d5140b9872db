"""What a discount does from day to day: before it, during it, and after its end."""

from dashboard.queries.discounts import IN_SELECTION, SUMS

BEFORE, DURING, AFTER = 7, 10, 14
"""Days that are looked at."""
WEEK_AFTER = 7
_STEPS = [
    *(("before", step) for step in range(-BEFORE, 0)),
    *(("during", step) for step in range(DURING)),
    *(("after", step) for step in range(1, AFTER + 1)),
]
_STEPS_TABLE = "\n    union all ".join(
    f"select '{phase}' as phase, {step} as step" for phase, step in _STEPS
)

DISCOUNT_COURSE = f"""
with steps as (
    {_STEPS_TABLE}
),
days as (
    select
        product_id, category, metric_date, units, is_on_sale,
        out_of_stock_events = 0 as is_in_stock,
        case when out_of_stock_events = 0 and not coalesce(is_on_sale, false)
            then units end as usual_units
    from daily_product_kpis
    cross join pipeline_clock
    where metric_date between $start - 35 and $end + {AFTER} and metric_date <= last_complete_date
),
usual as (
    select product_id, avg(usual_units) as mean_units
    from days
    group by product_id
),
category_days as (
    select
        category, metric_date,
        sum(usual_units)
            / nullif(sum(case when usual_units is not null then mean_units end), 0) as demand_index
    from days
    inner join usual on usual.product_id = days.product_id
    group by category, metric_date
),
demand as (
    select
        category, metric_date, demand_index,
        sum(demand_index) over (partition by category order by metric_date) as so_far,
        row_number() over (partition by category order by metric_date) as day_number
    from category_days
    where demand_index is not null
),
periods as (
    select discount_period_id, product_id, category, period_start, period_end,
        expected_units_per_day
    from discount_effectiveness
    where expected_units_per_day > 0 and {IN_SELECTION}
),
levels as (
    select
        discount_period_id,
        (last.so_far - first.so_far + first.demand_index)
            / (last.day_number - first.day_number + 1) as mean_index
    from periods
    inner join demand as first
        on first.category = periods.category and first.metric_date = period_start
    inner join demand as last
        on last.category = periods.category and last.metric_date = period_end
),
around as (
    select discount_period_id, product_id, category, period_end, expected_units_per_day, phase,
        step, case when phase = 'after' then period_end else period_start end + step as day
    from periods
    cross join steps
),
compared as (
    select
        around.phase, around.step, around.product_id, coalesce(days.units, 0) as units,
        expected_units_per_day * demand_index / mean_index as expected
    from around
    inner join levels on levels.discount_period_id = around.discount_period_id
    inner join demand on demand.category = around.category and demand.metric_date = around.day
    left join days on days.product_id = around.product_id and days.metric_date = around.day
    where mean_index > 0
        and (phase <> 'during' or day <= period_end)
        and coalesce(is_in_stock, true)
        and coalesce(is_on_sale, phase = 'during') = (phase = 'during')
),
both_grains as (
    select phase, step, product_id, units, expected from compared
    union all
    select concat('week ', phase), 0, product_id, units, expected
    from compared
    where phase = 'before' or (phase = 'after' and step <= {WEEK_AFTER})
),
products as (
    select phase, step, product_id, count(*) as periods, sum(units) as units,
        sum(expected) as expected
    from both_grains
    group by phase, step, product_id
)
select
    phase, step, sum(periods) as periods,
    {SUMS}
from products
group by phase, step
order by phase, step"""
"""One row for each step: of ``before`` (−1 is the last day), ``during`` (0 is the first) and
``after`` (1 is the first); and of ``week before`` and ``week after`` as a whole.

Expected units are the mart's, spread over the days as the category's products that were neither on
sale nor out of stock sold. Days on which the product was out of stock, and days before or after on
which it was on sale, are left out; a day without an event is one without a sale.
"""
