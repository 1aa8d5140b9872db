"""History is the same whoever tells it, however often it is interrupted."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from esynapse.errors import EsynapseError
from esynapse.home import open_home
from esynapse.pipeline import backfill as backfill_module
from esynapse.pipeline.backfill import backfill, load_catalog
from esynapse.pipeline.shop_floor import shop_floor
from esynapse.settings import Settings, load_settings
from esynapse.warehouse.lake import Lake

NOON = datetime(2026, 3, 11, 12, tzinfo=UTC)
COLUMNS = "event_id, event_timestamp, event_type, user_id, session_id, product_id, on_sale,"
COLUMNS += " sale_price, quantity, rating"


def settings_of(home: Path, **overrides: object) -> Settings:
    return load_settings(**{"home": home, "days": 4, "scale": 0.02, **overrides})


def all_events(home: Path) -> pa.Table:
    lake = Lake(open_home(home))
    return lake.query(f"select {COLUMNS} from live_events order by event_timestamp, event_id")


def test_two_homes_with_the_same_seed_hold_the_same_events(tmp_path: Path) -> None:
    for name in ("a", "b"):
        backfill(settings_of(tmp_path / name), now=NOON)
    assert all_events(tmp_path / "a").equals(all_events(tmp_path / "b"))


def test_another_seed_gives_other_events(tmp_path: Path) -> None:
    backfill(settings_of(tmp_path / "a"), now=NOON)
    backfill(settings_of(tmp_path / "b", seed=7), now=NOON)
    assert not all_events(tmp_path / "a").equals(all_events(tmp_path / "b"))


def test_ten_days_at_once_are_nine_and_one_simulated_as_live(tmp_path: Path) -> None:
    midnight = datetime(2026, 3, 11, tzinfo=UTC)
    backfill(settings_of(tmp_path / "once", days=10), now=midnight)
    two_steps = settings_of(tmp_path / "twice", days=9)
    backfill(two_steps, now=midnight - timedelta(days=1))
    home = open_home(two_steps.home)
    with shop_floor(two_steps, home, today=midnight.date()) as floor:
        batches = list(floor.simulate(floor.stand(), source="live"))
    events = pa.concat_tables([batch.rows(0, len(batch)) for batch in batches])
    Lake(home).append("live_events", events, batch_key="live")
    assert all_events(tmp_path / "once").equals(all_events(tmp_path / "twice"))


def test_running_again_adds_what_came_since_and_nothing_twice(tmp_path: Path) -> None:
    in_steps = settings_of(tmp_path / "steps")
    for hours in (0, 0, 5, 40):
        backfill(in_steps, now=NOON + timedelta(hours=hours))
    backfill(settings_of(tmp_path / "once"), now=NOON)
    backfill(settings_of(tmp_path / "once"), now=NOON + timedelta(hours=40))
    assert all_events(tmp_path / "steps").equals(all_events(tmp_path / "once"))


def test_the_history_ends_now(tmp_path: Path) -> None:
    report = backfill(settings_of(tmp_path / "home"), now=NOON)
    events = all_events(tmp_path / "home")
    assert report.events == len(events)
    newest = events["event_timestamp"][-1].as_py()
    assert NOON - timedelta(hours=1) < newest < NOON


def test_a_crash_after_a_batch_landed_doubles_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_of(tmp_path / "home")

    class CrashError(Exception):
        pass

    def crash(self: object, index: int) -> None:
        raise CrashError

    with monkeypatch.context() as patch:
        patch.setattr(backfill_module.ShopFloor, "hand_over", crash)
        with pytest.raises(CrashError):
            backfill(settings, now=NOON)
    backfill(settings, now=NOON)
    backfill(settings_of(tmp_path / "clean"), now=NOON)
    assert all_events(tmp_path / "home").equals(all_events(tmp_path / "clean"))


def test_a_home_holds_one_shop(tmp_path: Path) -> None:
    backfill(settings_of(tmp_path / "home"), now=NOON)
    with pytest.raises(EsynapseError, match=r"holds a shop with scale 0\.02, not 0\.5"):
        backfill(settings_of(tmp_path / "home", scale=0.5), now=NOON)


def test_a_backfill_beside_a_running_streamer_is_refused(tmp_path: Path) -> None:
    settings = settings_of(tmp_path / "home")
    home = open_home(settings.home)
    with (
        shop_floor(settings, home, today=NOON.date()),
        pytest.raises(EsynapseError, match="being simulated by another process"),
    ):
        backfill(settings, now=NOON)


def test_the_truth_lies_beside_the_data(tmp_path: Path) -> None:
    settings = settings_of(tmp_path / "home")
    backfill(settings, now=NOON)
    assert (settings.home / "truth" / "product_truth" / "2026-03-07.parquet").exists()


def test_the_catalogue_is_loaded_while_the_shop_is_being_simulated(tmp_path: Path) -> None:
    settings = settings_of(tmp_path / "home")
    backfill(settings, now=NOON)
    home = open_home(settings.home)
    with shop_floor(settings, home, today=NOON.date()):
        assert load_catalog(settings) == 141
    products = Lake(home).query("select count(*) as n from products")
    assert products["n"][0].as_py() == 141


def test_there_is_no_catalogue_before_there_is_a_shop(tmp_path: Path) -> None:
    open_home(tmp_path / "home")
    with pytest.raises(EsynapseError, match="no simulated shop yet"):
        load_catalog(settings_of(tmp_path / "home"))
