"""A transform shows readers green marts only, and rebuilds what changed."""

from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest

from esynapse.errors import EsynapseError
from esynapse.events import EVENT_SCHEMA
from esynapse.home import open_home
from esynapse.pipeline.transform import republish, transform
from esynapse.settings import Settings, load_settings
from esynapse.warehouse.local import LocalWarehouse

pytestmark = pytest.mark.slow

FIRST = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)


def purchases(*days: int, price: float = 10.0) -> pa.Table:
    rows = [
        {
            "event_id": f"e{day}-{price}",
            "event_timestamp": FIRST + timedelta(days=day),
            "event_type": "purchase",
            "user_id": "u",
            "session_id": f"s{day}",
            "product_id": "p",
            "on_sale": False,
            "sale_price": price,
            "quantity": 1,
            "source": "import",
        }
        for day in days
    ]
    return pa.Table.from_pylist(rows, schema=EVENT_SCHEMA)


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    made = load_settings(home=tmp_path_factory.mktemp("transform") / "home")
    warehouse = LocalWarehouse(open_home(made.home))
    warehouse.load_events(purchases(0, 1, 2), batch_key="a")
    transform(made)
    return made


def revenue(settings: Settings) -> dict[str, float]:
    rows = LocalWarehouse(open_home(settings.home)).query(
        "select revenue_date, gross_revenue from daily_revenue order by 1"
    )
    return {str(r["revenue_date"]): float(r["gross_revenue"]) for r in rows.to_pylist()}


def test_a_late_event_reaches_the_day_it_belongs_to(settings: Settings) -> None:
    assert revenue(settings)["2026-03-01"] == 10
    LocalWarehouse(open_home(settings.home)).load_events(purchases(0, price=5.0), batch_key="late")
    transform(settings)
    assert revenue(settings) == {"2026-03-01": 15, "2026-03-02": 10, "2026-03-03": 10}


def test_another_time_zone_moves_all_of_history(settings: Settings) -> None:
    before = revenue(settings)
    transform(settings.model_copy(update={"timezone": "Europe/Berlin"}))
    moved = revenue(settings)
    assert list(moved) == ["2026-03-02", "2026-03-03", "2026-03-04"]
    assert sum(moved.values()) == sum(before.values())
    transform(settings)
    assert revenue(settings) == before


def test_a_red_build_leaves_readers_the_last_green_marts(settings: Settings) -> None:
    home = open_home(settings.home)
    before, version = revenue(settings), LocalWarehouse(home).version()
    lake = LocalWarehouse(home).lake
    lake.append("live_events", purchases(1, price=99.0), batch_key="b")
    newest = max(lake.files("live_events"), key=lambda file: file.landed_at)
    path = home.lake / newest.path
    good = path.read_bytes()
    path.write_bytes(b"not parquet")
    with pytest.raises(EsynapseError) as caught:
        transform(settings)
    assert "\n" not in str(caught.value)
    assert path.name in str(caught.value)
    assert (revenue(settings), LocalWarehouse(home).version()) == (before, version)
    with pytest.raises(EsynapseError, match="not green"):
        republish(settings)
    path.write_bytes(good)
    transform(settings)
    assert sum(revenue(settings).values()) == sum(before.values()) + 99
    _is_on_record(LocalWarehouse(home))


def _is_on_record(warehouse: LocalWarehouse) -> None:
    """The builds of this module, the red one with what failed, as the next green one shows them."""
    (day,) = warehouse.query(
        "select sum(builds) - sum(green_builds) as red, sum(models_failed) as models_failed,"
        " sum(tests_failed) as tests_failed, sum(tests_passed) as tests_passed,"
        " sum(green_builds) as green, max(failed_nodes) as failed_nodes,"
        " min(publish_lag_seconds) as lag, max(marts_age_seconds) as age from pipeline_health"
    ).to_pylist()
    assert day["red"] == 1
    assert day["models_failed"] >= 1
    assert day["tests_failed"] == 0
    assert "stg_events" in day["failed_nodes"].split(", ")
    assert day["tests_passed"] >= 30 * day["green"] > 0
    assert 0 < day["lag"] <= day["age"]
