"""Vacuum: what somebody may still read stays, what nobody reads goes."""

import os
import time
from contextlib import closing
from datetime import timedelta

import duckdb
import pytest

from esynapse.warehouse import catalog
from esynapse.warehouse.compaction import compact
from esynapse.warehouse.lake import Lake
from esynapse.warehouse.vacuum import RETENTION, vacuum
from tests.warehouse.lakes import deliver, events, ids, listed, on_disk

AT_ONCE = timedelta(0)


@pytest.fixture
def merged(lake: Lake) -> Lake:
    """A lake with eight retired files and the one that took their place."""
    for hour in range(8):
        deliver(lake, events(hour))
    assert compact(lake) == 8
    return lake


def begin_build(lake: Lake, build_id: str = "full-1") -> None:
    with closing(lake.connect()) as connection:
        connection.execute(
            "insert into builds (build_id, started_at, status, watermark)"
            " values (?, ?, 'running', 0)",
            (build_id, catalog.now_us()),
        )


def end_build(lake: Lake) -> None:
    with closing(lake.connect()) as connection:
        connection.execute("update builds set status = 'green'")


def test_a_retired_file_stays_for_the_retention_and_then_goes_with_its_row(
    merged: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert vacuum(merged) == 0
    now = catalog.now_us()
    monkeypatch.setattr(catalog, "now_us", lambda: now + RETENTION // timedelta(microseconds=1))
    assert vacuum(merged) == 8
    assert len(on_disk(merged)) == 1
    assert on_disk(merged) == listed(merged)
    assert len(ids(merged)) == 8


def test_a_build_keeps_its_files_however_long_it_runs(lake: Lake) -> None:
    for hour in range(8):
        deliver(lake, events(hour))
    with lake.home.lock("warehouse", busy=""):
        begin_build(lake)
        relation = lake.relation("live_events", lake.files("live_events"))
        compact(lake)
        assert vacuum(lake, retention=AT_ONCE) == 0
        with duckdb.connect() as build:
            assert build.sql(f"select count(*) from {relation}").fetchall() == [(8,)]
        end_build(lake)
        assert vacuum(lake, retention=AT_ONCE) == 8


def test_a_clock_that_jumps_back_takes_no_file_from_a_build(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    for hour in range(8):
        deliver(lake, events(hour))
    with lake.home.lock("warehouse", busy=""):
        begin_build(lake)
        now = catalog.now_us()
        monkeypatch.setattr(catalog, "now_us", lambda: now - 3_600_000_000)
        compact(lake)
        monkeypatch.setattr(catalog, "now_us", lambda: now + 3_600_000_000)
        assert vacuum(lake) == 0


def test_a_build_keeps_no_file_that_was_retired_before_it_began(merged: Lake) -> None:
    with merged.home.lock("warehouse", busy=""):
        begin_build(merged)
        assert vacuum(merged, retention=AT_ONCE) == 8


def test_a_build_that_was_killed_keeps_nothing(lake: Lake) -> None:
    begin_build(lake)
    for hour in range(8):
        deliver(lake, events(hour))
    compact(lake)
    assert vacuum(lake, retention=AT_ONCE) == 8


def test_a_file_that_is_gone_already_hinders_nothing(merged: Lake) -> None:
    (gone, *_) = listed(merged) - {file.path for file in merged.files("live_events")}
    (merged.home.lake / gone).unlink()
    assert vacuum(merged, retention=AT_ONCE) == 8
    assert on_disk(merged) == listed(merged)


def test_what_a_crash_left_is_deleted_after_a_day(lake: Lake) -> None:
    deliver(lake, events(1))
    (left,) = lake.stage("live_events", events(2)).files
    half_written = lake.home.lake / f"{left.path}.4711.tmp"
    half_written.write_bytes(b"PAR1")
    assert vacuum(lake) == 0
    yesterday = time.time() - 86_400
    for path in (lake.home.lake / left.path, half_written):
        os.utime(path, (yesterday, yesterday))
    assert vacuum(lake) == 2
    assert on_disk(lake) == listed(lake)
    assert ids(lake) == ["1"]


def test_a_file_that_is_listed_while_vacuum_looks_around_stays(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    staged = lake.stage("live_events", events(1))
    walk = os.walk

    def list_it_meanwhile(root: str) -> object:
        with closing(lake.connect()) as connection, catalog.transaction(connection):
            lake.extend(connection, staged, batch_key="stream")
        return walk(root)

    monkeypatch.setattr(os, "walk", list_it_meanwhile)
    assert vacuum(lake, orphan_age=AT_ONCE) == 0
    assert ids(lake) == ["1"]


def test_a_file_that_vanishes_while_vacuum_looks_around_hinders_nothing(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    staged = lake.stage("live_events", events(1, 25))
    walk = os.walk

    def delete_it_meanwhile(root: str) -> object:
        entries = list(walk(root))
        (lake.home.lake / staged.files[0].path).unlink()
        return entries

    monkeypatch.setattr(os, "walk", delete_it_meanwhile)
    assert vacuum(lake, orphan_age=AT_ONCE) == 1
