"""The lake: a batch is there whole or not at all, once, and readers see only finished files."""

import errno
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from esynapse.errors import EsynapseError
from esynapse.events import EVENT_SCHEMA, PRODUCT_SCHEMA
from esynapse.home import open_home
from esynapse.warehouse import catalog
from esynapse.warehouse.compaction import compact, vacuum
from esynapse.warehouse.lake import Lake

MIDNIGHT = datetime(2026, 3, 1, tzinfo=UTC)


def events(*hours: float) -> pa.Table:
    stamps = [MIDNIGHT + timedelta(hours=h) for h in hours]
    rows = [{"event_id": str(h), "event_timestamp": s} for h, s in zip(hours, stamps, strict=True)]
    return pa.Table.from_pylist(rows, schema=EVENT_SCHEMA)


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(open_home(tmp_path / "home"))


def ids(lake: Lake, since: date | None = None) -> list[str]:
    found = lake.query("select event_id from live_events order by event_timestamp", since=since)
    return found["event_id"].to_pylist()


def test_rows_land_in_the_file_of_their_utc_day(lake: Lake) -> None:
    assert lake.append("live_events", events(23.5, 24, 47.9, 48), batch_key="a") == 4
    by_day = {file.event_date: file.rows for file in lake.files("live_events")}
    assert by_day == {date(2026, 3, 1): 1, date(2026, 3, 2): 2, date(2026, 3, 3): 1}
    assert ids(lake, since=date(2026, 3, 2)) == ["24", "47.9", "48"]


def test_the_same_batch_lands_once(lake: Lake) -> None:
    assert lake.append("live_events", events(1, 2), batch_key="a") == 2
    assert lake.append("live_events", events(1, 2), batch_key="a") == 0
    assert ids(lake) == ["1", "2"]


def test_an_empty_table_has_its_columns(lake: Lake) -> None:
    assert lake.query("select * from live_events").column_names == [
        *EVENT_SCHEMA.names,
        "event_date",
    ]


def test_replacing_a_batch_leaves_the_others(lake: Lake) -> None:
    def products(*names: str) -> pa.Table:
        return pa.Table.from_pylist([{"product_id": n} for n in names], schema=PRODUCT_SCHEMA)

    lake.append("products", products("a", "b"), batch_key="shop", replace=True)
    lake.append("products", products("x"), batch_key="import", replace=True)
    lake.append("products", products("c"), batch_key="shop", replace=True)
    found = lake.query("select product_id from products order by 1")
    assert found["product_id"].to_pylist() == ["c", "x"]


def test_staged_files_are_invisible_until_they_are_registered(lake: Lake) -> None:
    staged = lake.stage("live_events", events(1))
    assert ids(lake) == []
    with closing(lake.connect()) as connection:
        connection.execute("begin immediate")
        lake.register(connection, staged, batch_key="a")
        connection.execute("rollback")
        assert ids(lake) == []
        with catalog.transaction(connection):
            lake.register(connection, staged, batch_key="a")
    assert ids(lake) == ["1"]


def test_a_full_disk_leaves_nothing_behind(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    written = 0

    def write_table(rows: pa.Table, sink: object, **options: object) -> None:
        nonlocal written
        written += 1
        if written == 2:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(pq, "write_table", write_table)
    with pytest.raises(OSError, match="No space"):
        lake.append("live_events", events(1, 25), batch_key="a")
    assert [p for p in lake.home.lake.rglob("*") if p.is_file()] == []
    assert lake.files("live_events") == []


def test_a_row_without_a_time_is_refused_and_nothing_lands(lake: Lake) -> None:
    rows = pa.Table.from_pylist([{"event_id": "a"}], schema=EVENT_SCHEMA)
    with pytest.raises(EsynapseError, match="no event_timestamp"):
        lake.append("live_events", rows, batch_key="a")
    assert lake.files("live_events") == []


def test_changed_dates_are_those_of_batches_landed_later(lake: Lake) -> None:
    lake.append("live_events", events(1, 25), batch_key="a")
    seen = lake.watermark("live_events")
    assert lake.changed_dates("live_events", after=seen) == []
    lake.append("live_events", events(-100, 26), batch_key="late")
    assert lake.changed_dates("live_events", after=seen) == [date(2026, 2, 24), date(2026, 3, 2)]


def test_a_clock_that_jumps_back_hides_no_batch(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake.append("live_events", events(1), batch_key="a")
    seen = lake.watermark("live_events")
    monkeypatch.setattr(catalog, "now_us", lambda: seen - 3_600_000_000)
    lake.append("live_events", events(2), batch_key="b")
    assert lake.changed_dates("live_events", after=seen) == [date(2026, 3, 1)]


def test_a_damaged_file_is_named(lake: Lake) -> None:
    lake.append("live_events", events(1), batch_key="a")
    (file,) = lake.files("live_events")
    (lake.home.lake / file.path).write_bytes(b"not parquet at all")
    with pytest.raises(EsynapseError, match=file.path) as caught:
        ids(lake)
    assert "\n" not in str(caught.value)


def test_a_table_with_other_columns_is_refused(lake: Lake) -> None:
    with pytest.raises(EsynapseError, match="columns"):
        lake.append("live_events", pa.table({"x": [1]}), batch_key="a")


@settings(max_examples=15, deadline=None)
@given(st.lists(st.lists(st.integers(0, 71), min_size=1, max_size=4), min_size=1, max_size=12))
def test_compaction_and_vacuum_change_no_row(
    tmp_path_factory: pytest.TempPathFactory, batches: list[list[int]]
) -> None:
    lake = Lake(open_home(tmp_path_factory.mktemp("compaction") / "home"))
    for n, hours in enumerate(batches):
        lake.append("live_events", events(*hours), batch_key=str(n))
    before = sorted(ids(lake))
    watermark, changed = lake.watermark("live_events"), lake.changed_dates("live_events", after=0)
    replaced = compact(lake, min_files=2)
    assert sorted(ids(lake)) == before
    assert vacuum(lake, retention=timedelta(0)) == replaced
    assert sorted(ids(lake)) == before
    assert lake.watermark("live_events") == watermark
    assert lake.changed_dates("live_events", after=0) == changed
    assert len(lake.files("live_events")) == len(changed)
    assert compact(lake, min_files=2) == 0


def test_a_file_that_a_crash_left_is_deleted_in_time(lake: Lake) -> None:
    lake.stage("live_events", events(1))
    assert vacuum(lake) == 0
    assert vacuum(lake, retention=timedelta(0)) == 1


def test_two_compactions_at_once_merge_only_once(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake.append("live_events", events(1), batch_key="a")
    lake.append("live_events", events(2), batch_key="b")
    stage = Lake.stage

    def overtaken(self: Lake, table: str, rows: pa.Table) -> object:
        monkeypatch.setattr(Lake, "stage", stage)
        assert compact(lake, min_files=2) == 2
        return stage(self, table, rows)

    monkeypatch.setattr(Lake, "stage", overtaken)
    assert compact(lake, min_files=2) == 0
    assert ids(lake) == ["1", "2"]
