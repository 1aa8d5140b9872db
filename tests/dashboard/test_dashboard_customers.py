"""Customers: every figure is that of the marts, and a young home is not compared with nothing."""

from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest

from dashboard import charts, formats
from dashboard.charts.customers import ALL
from dashboard.views.customers_cards import best_window
from dashboard.views.customers_cohorts import with_all
from dashboard.views.customers_segments import SEGMENTS
from esynapse.home import open_home
from esynapse.warehouse.local import LocalWarehouse
from tests.dashboard.conftest import Open, card, metric, sound


def asked(home: Path, sql: str, **parameters: object) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = (
        LocalWarehouse(open_home(home)).query(sql, parameters).to_pylist()
    )
    return rows


@pytest.mark.slow
def test_the_answer_says_who_came_back_and_what_they_brought(
    shop_home: Path, open_app: Open
) -> None:
    (row,) = asked(
        shop_home,
        "select count(*) as customers, count(*) filter (orders > 1) as back,"
        " cast(sum(net_revenue) as double) as net,"
        " cast(sum(net_revenue) filter (orders > 1) as double) as net_back from customers",
    )
    customers, back, net, net_back = (float(each) for each in row.values())  # type: ignore[arg-type]
    app = sound(open_app(shop_home, "customers"))
    words = next(each.value for each in app.markdown if "customers came back" in each.value)
    assert f"{formats.percent(back / customers, 0)} of {formats.compact(customers)} " in words
    assert f"bring {formats.percent(net_back / net, 0)} of net revenue" in words
    assert formats.as_text(formats.money((net - net_back) / (customers - back), "USD")) in words


@pytest.mark.slow
def test_new_and_returning_buyers_are_those_of_the_chosen_days(
    shop_home: Path, open_app: Open
) -> None:
    end = asked(shop_home, "select last_complete_date as day from pipeline_clock")[0]["day"]
    assert isinstance(end, date)

    def buyers(last: date) -> tuple[int, int]:
        (row,) = asked(
            shop_home,
            "select sum(buyers) as buyers, sum(new_buyers) as fresh from daily_revenue"
            " where revenue_date between $start and $end",
            start=last - timedelta(days=6),
            end=last,
        )
        return int(row["buyers"]), int(row["fresh"])  # type: ignore[call-overload]

    (everybody, fresh), (_, fresh_before) = buyers(end), buyers(end - timedelta(days=7))
    days = [str(end - timedelta(days=6)), str(end)]
    app = sound(open_app(shop_home, "customers", dates=days))
    assert metric(app, "Returning") == formats.percent(1 - fresh / everybody, 2)
    shown = card(app, "New customers")
    assert shown.value == formats.compact(float(fresh))
    assert shown.delta == (formats.change(fresh / fresh_before - 1) or "")


@pytest.mark.slow
def test_cohorts_are_shown_by_who_bought_again_and_by_value(
    shop_home: Path, open_app: Open
) -> None:
    app = sound(open_app(shop_home, "customers"))
    assert '"Bought again"' in app.get("vega_lite_chart")[0].proto.spec
    next(each for each in app.button_group if each.key == "cohort_measure").set_value("Value")
    assert '"Value (USD)"' in sound(app.run()).get("vega_lite_chart")[0].proto.spec


@pytest.mark.slow
def test_every_segment_says_what_to_do(shop_home: Path, open_app: Open) -> None:
    app = sound(open_app(shop_home, "customers"))
    (table,) = (each.value for each in app.dataframe if "rfm_segment" in each.value)
    assert table["action"].notna().all()
    assert (
        table["customers"].sum() == asked(shop_home, "select count(*) as n from customers")[0]["n"]
    )
    assert all(len(action.split()) <= 3 for action in SEGMENTS.values())


def course(days: int) -> pd.Series:
    return pd.Series(0.1, index=pd.date_range(end="2026-03-31", periods=days))


def test_the_longest_window_that_can_be_compared_is_shown() -> None:
    assert best_window({28: course(63), 90: course(1)}) == 28
    assert best_window({28: course(400), 90: course(91)}) == 90
    assert best_window({28: course(13)}) == 28


def cohort(name: str, size: int, value: float, *, months: int = 1, over: bool = True) -> object:
    return {
        "cohort": name,
        "months_since_first": months,
        "value": value,
        "cohort_size": size,
        "active_customers": round(size * value),
        "is_complete": over,
    }


def test_all_cohorts_together_are_the_mean_of_their_customers_in_months_that_are_over() -> None:
    rows = pd.DataFrame(
        [cohort("Jan", 300, 0.1), cohort("Feb", 100, 0.5), cohort("Mar", 900, 0.9, over=False)]
    )
    shown = with_all(rows)
    assert shown["cohort"].tolist() == [ALL, "Jan", "Feb", "Mar"]
    assert shown["value"].iloc[0] == pytest.approx((30 + 50) / 400)


def test_a_month_that_is_not_over_is_outlined_and_said() -> None:
    rows = pd.DataFrame([cohort("Jan", 10, 0.1), cohort("Feb", 10, 0.2, over=False)])
    spec = charts.cohorts(rows, shape=".1%", title="Bought again", height=200).to_dict()
    outlines = spec["layer"][1]
    assert outlines["transform"] == [{"filter": "!datum.is_complete"}]
    assert outlines["mark"]["strokeDash"]
    assert [row["so_far"] for row in spec["datasets"][spec["data"]["name"]]] == ["", "not over yet"]
