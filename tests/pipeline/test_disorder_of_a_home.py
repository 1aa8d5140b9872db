"""A home whose events come late, twice and broken, loaded in bulk and streamed."""

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from esynapse.errors import EsynapseError
from esynapse.home import open_home
from esynapse.ingest.pubsub.server import Server
from esynapse.pipeline.backfill import backfill
from esynapse.pipeline.stream import stream
from esynapse.provision import provision
from esynapse.settings import Settings
from esynapse.warehouse.lake import Lake
from tests.end_to_end.conftest import free_port
from tests.ingest.conftest import wait_until

NOON = datetime(2026, 3, 11, 12, tzinfo=UTC)


def settings_of(home: Path, **overrides: object) -> Settings:
    figures = {"days": 4, "scale": 0.05, "disorder": "wild", "pubsub_port": free_port()}
    return Settings(home=home, _env_file=None, **{**figures, **overrides})  # type: ignore[arg-type]


def rows_of(home: Path, columns: str = "*") -> pa.Table:
    lake = Lake(open_home(home))
    return lake.query(f"select {columns} from live_events order by all")


def truth_of(home: Path) -> pa.Table:
    return pq.read_table(home / "truth" / "disorder")


def ids(table: pa.Table, *kinds: str) -> list[str]:
    rows = table.to_pylist()
    return [row["event_id"] for row in rows if not kinds or row["kind"] in kinds]


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The same shop without disorder and with it, up to one noon."""
    folder = tmp_path_factory.mktemp("disorder")
    for name in ("none", "wild"):
        backfill(settings_of(folder / name, disorder=name), now=NOON)
    return folder / "none", folder / "wild"


def test_once_each_the_good_events_are_those_of_a_shop_without_disorder(
    homes: tuple[Path, Path],
) -> None:
    clean, disturbed = (set(ids(rows_of(home))) for home in homes)
    good = {event_id for event_id in disturbed if event_id and "-broken" not in event_id}
    assert good < clean
    missing = clean - good
    assert 0 < len(missing) < len(clean) / 100, "what is late is still under way"


def test_the_truth_lists_every_row_that_came_more_than_once_or_broken(
    homes: tuple[Path, Path],
) -> None:
    loaded, truth = rows_of(homes[1]), truth_of(homes[1])
    extra = loaded.num_rows - len(set(ids(rows_of(homes[0]))) & set(ids(loaded)))
    assert len([kind for kind in truth["kind"].to_pylist() if kind != "late"]) == extra
    assert len(ids(truth, "duplicate")) > 100
    assert len(ids(truth, "late")) > 100
    assert len(ids(truth, "unknown_event_type")) > 10


def test_loading_in_steps_is_loading_at_once(tmp_path: Path, homes: tuple[Path, Path]) -> None:
    in_steps = settings_of(tmp_path / "steps")
    for hours in (-60, -60, -31, 0):
        now = NOON + timedelta(hours=hours)
        opened = settings_of(tmp_path / "steps", days=2) if hours == -60 else in_steps
        backfill(opened, now=now)
    assert rows_of(in_steps.home).equals(rows_of(homes[1]))


def test_a_home_has_one_level_of_disorder(homes: tuple[Path, Path]) -> None:
    with pytest.raises(EsynapseError, match="holds a shop with disorder wild, not mild"):
        backfill(settings_of(homes[1], disorder="mild"), now=NOON)


def test_an_unknown_level_is_refused_and_the_known_ones_are_named(tmp_path: Path) -> None:
    with pytest.raises(EsynapseError, match="'awful' is unknown, use one of: mild, none, wild"):
        backfill(settings_of(tmp_path / "home", disorder="awful"), now=NOON)


@pytest.mark.slow
@pytest.mark.parametrize("rate", [1, 2.5])
def test_streamed_disorder_lands_in_the_lake_and_the_dead_letters_as_the_truth_says(
    tmp_path: Path, rate: float
) -> None:
    settings = settings_of(tmp_path / "home", days=1, scale=0.02, stream_rate=rate)
    backfill(settings, now=datetime.now(UTC) - timedelta(hours=30))
    loaded = rows_of(settings.home).num_rows
    home, stop = open_home(settings.home), threading.Event()
    lake = Lake(home)

    def count(table: str) -> int:
        return sum(file.rows for file in lake.files(table))

    with Server(home, settings.host, settings.pubsub_port):
        provision(settings)
        report = stream(
            settings, stop=stop, progress=lambda now: None if now.lag_seconds else stop.set()
        )
        ended = datetime.now(UTC)
        wait_until(
            lambda: count("live_events") + count("dead_letter_events") == loaded + report.events
        )
    truth = pq.read_table(home.truth / "disorder").to_pylist()
    due = [row for row in truth if row["caught_by"] == "schema" and row["arrived_at"] < ended]
    assert count("dead_letter_events") == len(due) > 10
    good = set(ids(rows_of(settings.home)))
    doubled = [row for row in truth if row["kind"] == "duplicate" and row["arrived_at"] < ended]
    streamed = [row for row in doubled if row["event_id"] in good]
    assert any("~1" in row["event_id"] for row in streamed) == (rate > 1)
