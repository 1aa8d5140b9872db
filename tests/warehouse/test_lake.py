"""The lake: a batch is there whole or not at all, once, and readers see only finished files."""

import errno
from contextlib import closing
from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from esynapse.errors import EsynapseError
from esynapse.events import EVENT_SCHEMA, PRODUCT_SCHEMA
from esynapse.warehouse import catalog
from esynapse.warehouse.lake import Lake
from tests.warehouse.lakes import events, ids, on_disk


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


def test_a_staged_file_that_is_gone_is_not_listed(lake: Lake) -> None:
    staged = lake.stage("live_events", events(1, 25))
    (lake.home.lake / staged.files[1].path).unlink()
    with closing(lake.connect()) as connection:
        for land in (lake.register, lake.extend):
            with pytest.raises(FileNotFoundError), catalog.transaction(connection):
                land(connection, staged, batch_key="a")
    assert lake.files("live_events") == []
    assert lake.watermark("live_events") == 0


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
    assert on_disk(lake) == set()
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
