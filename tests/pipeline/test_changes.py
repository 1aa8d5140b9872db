"""What a build has to make anew: days that received events, and whole days only if one changed."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from esynapse.errors import EsynapseError
from esynapse.events import PRODUCT_SCHEMA
from esynapse.home import open_home
from esynapse.pipeline.changes import changes_since_green
from esynapse.pipeline.transform import transform
from esynapse.settings import Settings, load_settings
from esynapse.warehouse.builds import Build
from esynapse.warehouse.local import LocalWarehouse
from tests.warehouse.lakes import events

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
"""``events`` counts hours from the first of March, so this is hour 36."""
YESTERDAY, TODAY = date(2026, 3, 1), date(2026, 3, 2)


def products(price: float = 10.0) -> pa.Table:
    row = {"product_id": "p", "product_name": "P", "category": "C", "regular_price": price}
    return pa.Table.from_pylist([row], schema=PRODUCT_SCHEMA)


def clock(warehouse: LocalWarehouse, **other: Any) -> None:
    """The marts' clock as dbt would leave it at noon, but for what is said otherwise."""
    shown = {"as_of": NOON, "as_of_date": TODAY, "last_complete_date": YESTERDAY}
    row = {**shown, "shop_timezone": "UTC", **other}
    with duckdb.connect(str(warehouse.home.warehouse)) as connection:
        connection.register("row", pa.Table.from_pylist([row]))
        connection.execute("create schema if not exists marts")
        connection.execute("create or replace table marts.pipeline_clock as from row")


def build(warehouse: LocalWarehouse, status: str = "green", **other: Any) -> None:
    made = Build(warehouse.lake)
    clock(warehouse, **other)
    made.finish(status)
    if status == "green":
        warehouse.publish()


@pytest.fixture
def warehouse(tmp_path: Path) -> LocalWarehouse:
    """Marts built at noon, from events of both days."""
    made = LocalWarehouse(open_home(tmp_path / "home"))
    made.load_products(products())
    made.load_events(events(1, 30), batch_key="a")
    build(made)
    return made


def test_events_of_today_leave_whole_days_as_they_are(warehouse: LocalWarehouse) -> None:
    warehouse.load_events(events(35), batch_key="b")
    changes = changes_since_green(warehouse, warehouse.ledger(), "UTC", NOON)
    assert changes.dates == (YESTERDAY, TODAY)
    assert not changes.whole_days
    assert not changes.everything


def test_a_late_event_changes_the_whole_day_that_it_belongs_to(warehouse: LocalWarehouse) -> None:
    warehouse.load_events(events(-30, 35), batch_key="b")
    changes = changes_since_green(warehouse, warehouse.ledger(), "UTC", NOON)
    assert changes.dates == (date(2026, 2, 27), YESTERDAY, TODAY)
    assert changes.whole_days


def test_the_first_build_of_a_day_has_one_whole_day_more(warehouse: LocalWarehouse) -> None:
    warehouse.load_events(events(47, 48.1), batch_key="b")
    after_midnight = datetime(2026, 3, 3, 0, 30, tzinfo=UTC)
    assert changes_since_green(warehouse, warehouse.ledger(), "UTC", after_midnight).whole_days


def test_a_build_that_was_red_has_not_seen_the_new_day(warehouse: LocalWarehouse) -> None:
    warehouse.load_events(events(48.1), batch_key="b")
    build(warehouse, "red", as_of_date=date(2026, 3, 3), last_complete_date=TODAY)
    after_midnight = datetime(2026, 3, 3, 0, 30, tzinfo=UTC)
    assert changes_since_green(warehouse, warehouse.ledger(), "UTC", after_midnight).whole_days


def test_a_shop_of_one_day_has_no_whole_days_to_change(warehouse: LocalWarehouse) -> None:
    build(warehouse, last_complete_date=None)
    assert not changes_since_green(warehouse, warehouse.ledger(), "UTC", NOON).whole_days


def test_only_a_catalogue_that_differs_is_a_change(warehouse: LocalWarehouse) -> None:
    warehouse.load_products(products())
    assert not changes_since_green(warehouse, warehouse.ledger(), "UTC", NOON).whole_days
    warehouse.load_products(products(price=12.0))
    assert changes_since_green(warehouse, warehouse.ledger(), "UTC", NOON).whole_days
    build(warehouse)
    assert not changes_since_green(warehouse, warehouse.ledger(), "UTC", NOON).whole_days


def test_a_catalogue_that_was_lost_is_loaded_again(warehouse: LocalWarehouse) -> None:
    (file,) = warehouse.lake.files("products")
    (warehouse.home.lake / file.path).unlink()
    warehouse.load_products(products())
    assert warehouse.query_raw("select product_id from products")["product_id"].to_pylist() == ["p"]


@pytest.mark.parametrize(
    ("now", "as_of_date", "expected"),
    [
        (datetime(2026, 3, 2, 4, tzinfo=UTC), date(2026, 3, 1), False),
        (datetime(2026, 3, 2, 12, tzinfo=UTC), date(2026, 3, 2), True),
    ],
    ids=["before the shop's midnight", "after it"],
)
def test_a_utc_date_may_hold_the_evening_of_a_day_of_the_shop_that_is_over(
    warehouse: LocalWarehouse, now: datetime, as_of_date: date, expected: bool
) -> None:
    build(
        warehouse,
        shop_timezone="America/New_York",
        as_of_date=as_of_date,
        last_complete_date=date.fromordinal(as_of_date.toordinal() - 1),
    )
    warehouse.load_events(events(25), batch_key="b")
    assert (
        changes_since_green(warehouse, warehouse.ledger(), "America/New_York", now).whole_days
        is expected
    )


def test_another_zone_changes_everything(warehouse: LocalWarehouse) -> None:
    assert changes_since_green(warehouse, warehouse.ledger(), "Europe/Berlin", NOON).everything


def test_without_marts_everything_there_is_has_changed(warehouse: LocalWarehouse) -> None:
    warehouse.home.warehouse.unlink()
    changes = changes_since_green(warehouse, warehouse.ledger(), "UTC", NOON)
    assert changes.whole_days
    assert changes.dates == (YESTERDAY, TODAY)


def asked_of_dbt(settings: Settings) -> list[str]:
    """The arguments of a transform, whose dbt does nothing, so that it fails."""
    asked: list[str] = []
    with pytest.raises(EsynapseError, match="no results"):
        transform(settings, invoke=asked.extend)
    return asked


def test_dbt_is_asked_for_models_of_whole_days_only_if_one_changed(tmp_path: Path) -> None:
    settings = load_settings(home=tmp_path / "home")
    warehouse = LocalWarehouse(open_home(settings.home))
    today = datetime.now(UTC).date()
    yesterday = date.fromordinal(today.toordinal() - 1)
    build(warehouse, as_of_date=today, last_complete_date=yesterday)
    assert asked_of_dbt(settings)[-2:] == ["--exclude", "tag:whole_days"]
    build(warehouse, as_of_date=yesterday)
    assert "tag:whole_days" not in asked_of_dbt(settings)
