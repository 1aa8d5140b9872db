"""The marts against a second opinion in pandas, and against themselves built another way."""

from decimal import ROUND_HALF_UP, Decimal

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from tests.dbt_project.conftest import BROKEN, ZONE, Built, Marts

pytestmark = pytest.mark.slow

CLOCKWORK = {"pipeline_health"}
"""Marts whose rows depend on when builds ran."""


def expected_lines(raw: pd.DataFrame) -> pd.DataFrame:
    """Purchases and refunds that count, with the shop's date and the amount to the cent."""
    good = raw[~raw["event_id"].fillna("broken").str.startswith("broken")]
    good = good.sort_values("event_timestamp").drop_duplicates(["event_date", "event_id"])
    lines = good[good["event_type"].isin(["purchase", "refund"])].copy()
    lines["date"] = lines["event_timestamp"].dt.tz_convert(ZONE).dt.date
    lines["amount"] = [
        (Decimal(str(price)) * int(units)).quantize(Decimal("0.01"), ROUND_HALF_UP)
        for price, units in zip(lines["sale_price"], lines["quantity"], strict=True)
    ]
    return lines


def by_date(mart: pd.DataFrame, key: str = "revenue_date") -> pd.DataFrame:
    return mart.assign(date=pd.to_datetime(mart[key]).dt.date).set_index("date")


@pytest.mark.parametrize(("kind", "column"), [("purchase", "gross_revenue"), ("refund", "refunds")])
def test_daily_revenue_is_right_to_the_cent(built: Built, kind: str, column: str) -> None:
    lines = expected_lines(built.raw)
    expected = lines[lines["event_type"] == kind].groupby("date")["amount"].sum()
    found = by_date(built.incremental["daily_revenue"])[column]

    assert len(expected) > 0
    for day, value in found.items():
        assert Decimal(str(value)).quantize(Decimal("0.01")) == expected.get(day, Decimal(0)), day


def test_an_order_counts_on_the_day_of_its_first_purchase(built: Built) -> None:
    lines = expected_lines(built.raw)
    bought = lines[lines["event_type"] == "purchase"]
    expected = bought.groupby("session_id")["date"].min().value_counts()
    found = by_date(built.incremental["daily_revenue"])["orders"]

    assert found[found > 0].to_dict() == expected.to_dict()


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
