"""The queries of Discounts, over marts small enough to work out by hand."""

from datetime import date
from typing import Any

import duckdb
import pandas as pd
import pytest

from dashboard import lift, queries

MARTS = """
create table pipeline_clock as select date '2026-03-31' as last_complete_date;
create table daily_revenue as
    select cast(day as date) as revenue_date
    from generate_series(date '2026-03-01', date '2026-03-31', interval 1 day) as series(day);
create table daily_product_kpis as
    select
        'p' || product as product_id, 'Toys' as category, revenue_date as metric_date,
        10 as units, false as is_on_sale, 0 as out_of_stock_events
    from daily_revenue cross join range(200) as products(product);
create table discount_effectiveness as
    select
        'p0' as product_id, 'p0/2026-03-11' as discount_period_id, 'Toys' as category,
        date '2026-03-11' as period_start, date '2026-03-14' as period_end,
        10.0 as expected_units_per_day;
create table product_kpis as
    select 'p' || product as product_id, 'Toys' as category, 5.0 as regular_price,
        date '2026-01-01' as first_seen_date
    from range(200) as products(product);
update daily_product_kpis set is_on_sale = true, units = 20
    where product_id = 'p0' and metric_date between '2026-03-11' and '2026-03-14';
update daily_product_kpis set units = 5 where product_id = 'p0' and metric_date = '2026-03-15';
"""


@pytest.fixture
def marts() -> duckdb.DuckDBPyConnection:
    """200 products that sell ten a day all March; p0 is on sale for four days, and twice that."""
    marts = duckdb.connect()
    marts.execute(MARTS)
    return marts


def course(marts: duckdb.DuckDBPyConnection) -> dict[tuple[str, int], pd.Series]:
    window = {"start": date(2026, 3, 1), "end": date(2026, 3, 31), "categories": ""}
    rows = lift.with_ratio(marts.execute(queries.DISCOUNT_COURSE, window).df())
    return {(row["phase"], row["step"]): row for _, row in rows.iterrows()}


def ratios(marts: duckdb.DuckDBPyConnection, phase: str) -> dict[int, Any]:
    """By step, as nearly equal to what they are compared with."""
    return {
        step: pytest.approx(row["ratio"], abs=0.01)
        for (name, step), row in course(marts).items()
        if name == phase
    }


def test_the_lift_and_the_dip_stand_on_their_days(marts: duckdb.DuckDBPyConnection) -> None:
    assert ratios(marts, "before") == dict.fromkeys(range(-7, 0), 1)
    assert ratios(marts, "during") == dict.fromkeys(range(4), 2)
    assert ratios(marts, "after") == {1: 0.5} | dict.fromkeys(range(2, 15), 1)
    assert ratios(marts, "week after") == {0: 6.5 / 7}
    assert ratios(marts, "week before") == {0: 1}


def test_a_day_on_which_all_of_the_category_sells_twice_as_much_is_no_lift(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    """One of the four days of the period: the mart expects a quarter more of them."""
    marts.execute(
        "update daily_product_kpis set units = units * 2"
        " where metric_date in ('2026-03-09', '2026-03-12', '2026-03-18')"
    )
    marts.execute("update discount_effectiveness set expected_units_per_day = 12.5")
    assert ratios(marts, "before") == dict.fromkeys(range(-7, 0), 1)
    assert ratios(marts, "during") == dict.fromkeys(range(4), 2)
    assert ratios(marts, "after") == {1: 0.5} | dict.fromkeys(range(2, 15), 1)


def test_days_without_stock_and_days_of_the_next_discount_are_left_out(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    marts.execute(
        "update daily_product_kpis set out_of_stock_events = 3, units = 0"
        " where product_id = 'p0' and metric_date = '2026-03-10'"
    )
    marts.execute(
        "update daily_product_kpis set is_on_sale = true, units = 50"
        " where product_id = 'p0' and metric_date = '2026-03-20'"
    )
    assert ("before", -1) not in course(marts)
    assert ("after", 6) not in course(marts)


def test_a_day_without_an_event_is_one_without_a_sale(marts: duckdb.DuckDBPyConnection) -> None:
    marts.execute(
        "delete from daily_product_kpis where product_id = 'p0' and metric_date = '2026-03-16'"
    )
    assert ratios(marts, "after")[2] == 0


def baseline(marts: duckdb.DuckDBPyConnection, product: str, category: str = "Toys") -> Any:
    window = {"start": date(2026, 3, 4), "end": date(2026, 3, 31)}
    rows = marts.execute(
        queries.WHAT_IF_BASELINE, window | {"product": product, "category": category}
    ).df()
    return rows.iloc[0]


def test_the_regular_days_exclude_a_promotion_and_the_week_after_it(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    one = baseline(marts, "p0")
    assert one["clean_days"] == 28 - 4 - 7
    assert one["units"] == 10
    assert one["revenue"] == 50


def test_regular_days_count_those_without_a_sale_and_not_those_without_stock(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    marts.execute(
        "delete from daily_product_kpis where product_id = 'p1' and metric_date >= '2026-03-25'"
    )
    marts.execute(
        "update daily_product_kpis set out_of_stock_events = 1, units = 90"
        " where product_id = 'p1' and metric_date < '2026-03-11'"
    )
    one = baseline(marts, "p1")
    assert one["clean_days"] == 21
    assert one["units"] == pytest.approx(14 * 10 / 21)


def test_a_category_is_all_of_its_products(marts: duckdb.DuckDBPyConnection) -> None:
    everything = baseline(marts, "")
    assert everything["products"] == 200
    assert everything["units"] == 2000
    assert everything["revenue"] == 10_000


def test_a_product_that_is_new_has_no_regular_days_yet(marts: duckdb.DuckDBPyConnection) -> None:
    marts.execute("update product_kpis set first_seen_date = '2026-03-27' where product_id = 'p3'")
    assert baseline(marts, "p3")["products"] == 0
