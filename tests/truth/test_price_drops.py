"""Every planted price drop is found, and none is invented."""

import pytest

from tests.truth.conftest import Known, Report

pytestmark = pytest.mark.slow

PLANTED = """
with days as (
    select product_id, opening_price, cast(item as date) as day
    from product_truth, marts.pipeline_clock,
        unnest(generate_series(
            greatest(cast(launch_date as timestamp), cast(first_date as timestamp)),
            cast(as_of_date as timestamp), interval 1 day
        )) as series(item)
),
regular as (
    select product_id, day, coalesce(
        arg_max(new_price, change_date) filter (where change_date <= day), any_value(opening_price)
    ) as price
    from days
    left join price_changes using (product_id)
    group by 1, 2
),
prices as (
    select product_id, day, least(
        any_value(price), min(sale_price) filter (where day between start_date and end_date)
    ) as price
    from regular
    left join promotions using (product_id)
    group by 1, 2
),
history as (
    select *, min(price) over (
        partition by product_id order by day
        range between interval 30 day preceding and interval 1 day preceding
    ) as lowest_before
    from prices
)
select product_id, cast(day as date) as drop_date, price, lowest_before
from history
where price < lowest_before - 0.004
"""
"""What the truth says of each product's price on each day, without a look at any event."""


def test_every_planted_price_drop_is_found_and_none_is_invented(
    shops: list[Known], report: Report
) -> None:
    for known in shops:
        _check(known, report)


def _check(known: Known, report: Report) -> None:
    known.sql.execute(f"create or replace temp table planted as {PLANTED}")
    planted, found, hit = known.sql.execute(
        "select (select count(*) from planted), (select count(*) from marts.price_drops), count(*)"
        " from planted inner join marts.price_drops as drops using (product_id, drop_date)"
        " where abs(planted.price - drops.price) < 0.005"
        " and abs(planted.lowest_before - drops.lowest_price_30d) < 0.005"
    ).fetchall()[0]

    report(f"seed {known.seed}: of {planted:,} price drops {hit:,} found, {found - hit:,} invented")
    assert planted > 200
    assert hit >= 0.99 * planted
    assert found - hit <= 0.01 * found
