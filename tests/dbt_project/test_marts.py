"""The marts against figures computed by hand, and against themselves built another way."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from pandas.testing import assert_frame_equal

from esynapse.home import open_home
from esynapse.shop import load_profile, open_shop, products_table, simulate_day
from esynapse.warehouse.local import LocalWarehouse
from tests.dbt_project.by_hand import ByHand
from tests.dbt_project.conftest import BROKEN, FIRST_DAY, ZONE, Built, Marts, build, read_marts

pytestmark = pytest.mark.slow

CLOCKWORK = {"pipeline_health"}
"""Marts whose rows depend on when builds ran."""


@pytest.fixture(scope="module", params=["late and broken", 11])
def both(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Marts, ByHand]:
    """The marts, and the same by hand: of the home of ``built``, and of another shop."""
    if isinstance(request.param, str):
        built: Built = request.getfixturevalue("built")
        marts, raw = built.incremental, built.raw
        raw = raw[~raw["event_id"].fillna("broken").str.startswith("broken")]
    else:
        marts, raw = _built(request.param, tmp_path_factory)
    products = marts["product_kpis"]
    categories = dict(zip(products["product_id"], products["category"], strict=True))
    return marts, ByHand(
        raw.astype(object).where(raw.notna(), None).to_dict("records"), categories, ZONE
    )


def _built(seed: int, factory: pytest.TempPathFactory) -> tuple[Marts, pd.DataFrame]:
    """Four days, some of whose events come twice."""
    home = open_home(factory.mktemp("dbt") / "home")
    warehouse = LocalWarehouse(home)
    state = open_shop(load_profile("typical"), seed=seed, scale=0.03, opening_day=FIRST_DAY)
    warehouse.load_products(products_table(state))
    for number in range(4):
        events, state, _truth = simulate_day(state, state.next_day)
        again = events.filter(pa.array([row % 17 == 0 for row in range(events.num_rows)]))
        warehouse.load_events(events, batch_key=f"day {number}")
        warehouse.load_events(again, batch_key=f"day {number} again")
    build(home, "--exclude-resource-type", "unit_test")
    raw = warehouse.query_raw("select * from live_events").to_pandas()
    return read_marts(home), raw


def as_cents(amount: object) -> int:
    return round(float(str(amount)) * 100)


def nonzero(found: Mapping[Any, Any]) -> dict[Any, Any]:
    return {key: value for key, value in found.items() if value}


def as_date(value: object) -> date:
    return pd.Timestamp(str(value)).date()


@pytest.mark.parametrize(("kind", "column"), [("purchase", "gross_revenue"), ("refund", "refunds")])
def test_revenue_of_every_day_and_category_is_right_to_the_cent(
    both: tuple[Marts, ByHand], kind: str, column: str
) -> None:
    marts, by_hand = both
    rows = marts["daily_category_revenue"]
    found = {
        (as_date(day), category): as_cents(amount)
        for day, category, amount in zip(
            rows["revenue_date"], rows["category"], rows[column], strict=True
        )
    }
    days = marts["daily_revenue"]
    expected = by_hand.revenue(kind)

    assert expected or kind == "refund"
    assert nonzero(found) == nonzero(expected)
    assert sum(map(as_cents, days[column])) == sum(expected.values())


@pytest.mark.parametrize(("kind", "column"), [("purchase", "gross_revenue"), ("refund", "refunds")])
def test_revenue_of_every_hour_is_right_to_the_cent(
    both: tuple[Marts, ByHand], kind: str, column: str
) -> None:
    marts, by_hand = both
    rows = marts["hourly_revenue"]
    found = {
        hour.to_pydatetime(): as_cents(amount)
        for hour, amount in zip(rows["revenue_hour"], rows[column], strict=True)
    }
    assert nonzero(found) == nonzero(by_hand.revenue_by_hour(kind))


def test_every_order_counts_on_the_day_of_its_first_purchase(both: tuple[Marts, ByHand]) -> None:
    marts, by_hand = both
    rows = marts["daily_revenue"]
    found = dict(zip(map(as_date, rows["revenue_date"]), map(int, rows["orders"]), strict=True))

    assert nonzero(found) == by_hand.orders()


def test_every_customer_has_their_orders_and_their_net_revenue(both: tuple[Marts, ByHand]) -> None:
    marts, by_hand = both
    rows = marts["customers"]
    found = {
        user: (int(orders), as_cents(net))
        for user, orders, net in zip(
            rows["user_id"], rows["orders"], rows["net_revenue"], strict=True
        )
    }
    assert found == by_hand.customers()


def test_the_funnel_is_right_in_every_slice(both: tuple[Marts, ByHand]) -> None:
    marts, by_hand = both
    rows = marts["sales_funnel"]
    steps = rows[["sessions_viewed", "sessions_carted", "sessions_purchased"]].astype(int)
    keys = zip(
        map(as_date, rows["funnel_date"]), rows["category"], rows["discount_state"], strict=True
    )
    found = dict(zip(keys, steps.itertuples(index=False, name=None), strict=True))
    expected = {key: counts for key, counts in by_hand.funnel().items() if any(counts)}

    assert expected
    assert {key: counts for key, counts in found.items() if any(counts)} == expected
    assert all(viewed >= carted >= bought for viewed, carted, bought in found.values())


def test_a_visit_over_midnight_is_one_session(built: Built) -> None:
    funnel = built.incremental["sales_funnel"]
    unknown = funnel[(funnel["category"] == "Unknown") & (funnel["discount_state"] == "All")]

    assert unknown["sessions_purchased"].sum() == 1
    assert unknown["sessions_bought_directly"].sum() == 1


def test_an_uncatalogued_product_has_its_id_for_a_name(built: Built) -> None:
    products = built.incremental["product_kpis"].set_index("product_id")

    assert products.loc["uncatalogued", "product_name"] == "uncatalogued"
    assert products.loc["uncatalogued", "category"] == "Unknown"


def test_late_and_repeated_events_end_in_the_marts_of_a_full_refresh(built: Built) -> None:
    assert built.incremental.keys() == built.refreshed.keys()
    for name in sorted(built.refreshed.keys() - CLOCKWORK):
        assert_frame_equal(built.incremental[name], built.refreshed[name], rtol=1e-9, obj=name)


def test_every_broken_rule_is_named_and_none_of_its_rows_counts(built: Built) -> None:
    quarantined = built.incremental["quarantined_events"]
    health = built.incremental["pipeline_health"]

    assert sorted(quarantined["reason"]) == sorted(BROKEN)
    assert health["quarantined"].sum() == len(BROKEN)
    assert health["duplicates"].sum() == 40 + 25 + 1
    assert health["rows_received"].sum() == len(built.raw)


def test_purchases_alone_give_revenue_and_no_rates(purchases_only: Marts) -> None:
    days = purchases_only["daily_revenue"]
    products = purchases_only["product_kpis"]

    assert days["orders"].sum() == 40
    assert float(days["gross_revenue"].sum()) == pytest.approx(9.99 * 79)
    assert days["session_conversion"].isna().all()
    assert days["cart_abandonment"].isna().all()
    assert products["conversion_rate"].isna().all()
    assert products["in_stock_share"].isna().all()
    assert len(purchases_only["customers"]) == 7


def test_time_ends_where_the_data_ends(purchases_only: Marts) -> None:
    clock = purchases_only["pipeline_clock"].iloc[0]

    assert clock["as_of"] == pd.Timestamp("1997-04-28", tz="UTC")
    assert len(purchases_only["daily_revenue"]) == 118
