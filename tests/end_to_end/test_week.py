"""A week of a small shop, from nothing to published marts and forecasts."""

import pytest

from esynapse.home import open_home
from esynapse.warehouse.lake import Lake
from tests.end_to_end.conftest import Pipeline

pytestmark = pytest.mark.slow

MARTS = [
    "daily_revenue",
    "hourly_revenue",
    "daily_category_revenue",
    "product_kpis",
    "product_health_score",
    "trending_score",
    "sales_funnel",
    "price_drops",
    "discount_effectiveness",
    "customer_cohorts",
    "customers",
    "customer_repeat_rates",
    "daily_forecast_vs_actual",
    "hourly_forecast_vs_actual",
    "forecast_accuracy",
    "pipeline_health",
]


def test_there_is_a_row_for_every_day(week: Pipeline) -> None:
    assert week.run("query", "select count(*) from daily_revenue") in ("7", "8")


def test_every_mart_has_rows(week: Pipeline) -> None:
    counts = (f"select '{mart}' as mart, count(*) as rows_in_all from {mart}" for mart in MARTS)
    found = week.query(" union all ".join(counts))
    assert {row["mart"] for row in found if row["rows_in_all"]} == set(MARTS)


def test_the_marts_hold_the_money_of_the_raw_events(week: Pipeline) -> None:
    raw = (
        Lake(open_home(week.home))
        .query(
            "select sum(round(sale_price * quantity, 2)) filter (event_type = 'purchase') as gross,"
            " sum(round(sale_price * quantity, 2)) filter (event_type = 'refund') as refunds,"
            " count(distinct session_id) filter (event_type = 'purchase') as orders"
            " from live_events"
        )
        .to_pylist()[0]
    )
    (mart,) = week.query(
        "select sum(gross_revenue) as gross, sum(refunds) as refunds, sum(orders) as orders"
        " from daily_revenue"
    )
    assert float(mart["gross"]) == pytest.approx(raw["gross"], abs=0.005)
    assert float(mart["refunds"]) == pytest.approx(raw["refunds"], abs=0.005)
    assert int(mart["orders"]) == raw["orders"]


def test_forecasts_reach_thirty_days_and_a_week_of_hours(week: Pipeline) -> None:
    (daily,) = week.query(
        "select count(*) as n from daily_forecast_vs_actual where is_latest_run"
        " and series_id = 'total'"
    )
    (hourly,) = week.query(
        "select count(*) as n from hourly_forecast_vs_actual where is_latest_run"
    )
    assert (daily["n"], hourly["n"]) == (30, 168)


def test_a_second_up_adds_only_what_came_since(week: Pipeline) -> None:
    before = week.query("select * from daily_revenue order by revenue_date")
    week.run("up", "--once")
    after = week.query("select * from daily_revenue order by revenue_date")
    assert after[: len(before) - 1] == before[:-1]
    lake = Lake(open_home(week.home))
    ids = lake.query("select count(*) as n, count(distinct event_id) as d from live_events")
    assert ids["n"] == ids["d"]


def test_another_seed_on_the_same_home_is_refused(week: Pipeline) -> None:
    with pytest.raises(AssertionError, match="holds a shop with seed 42"):
        week.run("up", "--once", "--seed", "7")
