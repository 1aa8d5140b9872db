"""Compaction: few files, every row once, rewritten seldom, whatever happens meanwhile."""

import random
import resource
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date, timedelta

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from esynapse.errors import EsynapseError
from esynapse.events import EVENT_SCHEMA
from esynapse.home import open_home
from esynapse.warehouse import compaction
from esynapse.warehouse.catalog import LakeFile
from esynapse.warehouse.compaction import TIERS, Tiers, compact, merges
from esynapse.warehouse.lake import Lake
from esynapse.warehouse.raw_tables import DEAD_LETTER_SCHEMA, RAW_TABLES
from esynapse.warehouse.vacuum import vacuum
from tests.warehouse.lakes import MIDNIGHT, deliver, events, ids, listed, on_disk

DAY = date(2026, 3, 1)
SMALL = Tiers(fan_in=2, full_rows=12)


def file_of(rows: int, number: int) -> LakeFile:
    return LakeFile(f"delivered-{number}", DAY, rows, 0, number)


# The plan

some_tiers = st.builds(Tiers, fan_in=st.integers(2, 9), full_rows=st.integers(1, 5_000))
deliveries = st.lists(st.integers(1, 60) | st.integers(1, 6_000), max_size=120)


@given(some_tiers, deliveries, st.integers(1, 40))
def test_a_date_keeps_few_files_and_rewrites_a_row_at_most_once_per_tier(
    tiers: Tiers, rows: list[int], between: int
) -> None:
    """``between`` deliveries land between two compactions."""
    live: dict[str, LakeFile] = {}
    rewrites: dict[str, int] = {}
    for number, count in enumerate(rows, 1):
        file = file_of(count, number)
        live[file.path], rewrites[file.path] = file, 0
        if number % between and number != len(rows):
            continue
        for parts in tiers.plan(live.values()):
            total = sum(part.rows for part in parts)
            assert all(tiers.of(part.rows) < tiers.of(total) for part in parts)
            assert total < 2 * tiers.full_rows
            merged = file_of(total, number)._replace(path=f"merged-{len(rewrites)}")
            rewrites[merged.path] = 1 + max(rewrites[part.path] for part in parts)
            for part in parts:
                del live[part.path]
            live[merged.path] = merged
        files_of_tier = Counter(tiers.of(file.rows) for file in live.values())
        assert all(files_of_tier[tier] < tiers.fan_in for tier in range(tiers.full))
        assert all(rewrites[f.path] <= tiers.of(f.rows) for f in live.values())
        assert tiers.plan(live.values()) == []
    assert sum(file.rows for file in live.values()) == sum(rows)


def test_the_bound_for_a_date_is_49_files_that_are_not_full() -> None:
    assert (TIERS.fan_in - 1) * TIERS.full == 49
    steps = [0, 7, 8, 63, 64, 262_143, 262_144, 999_999, 1_000_000, 5_000_000]
    assert [TIERS.of(rows) for rows in steps] == [0, 0, 1, 1, 2, 5, 6, 6, 7, 7]


def test_what_would_climb_several_tiers_is_written_once() -> None:
    files = [file_of(1, number) for number in range(8)] + [file_of(9, n) for n in range(8, 15)]
    (parts,) = TIERS.plan(files)
    assert sum(part.rows for part in parts) == 8 + 7 * 9


# The lake


@pytest.mark.slow
@settings(max_examples=15)
@given(
    st.lists(st.lists(st.integers(0, 71), min_size=1, max_size=9), min_size=1, max_size=12),
    st.integers(1, 6),
)
def test_compaction_changes_no_row_and_hides_no_change(
    tmp_path_factory: pytest.TempPathFactory, batches: list[list[int]], between: int
) -> None:
    lake = Lake(open_home(tmp_path_factory.mktemp("compaction") / "home"))
    landed: list[tuple[int, set[date]]] = []
    for number, hours in enumerate(batches, 1):
        rows = events(*hours)
        days = {stamp.date() for stamp in rows["event_timestamp"].to_pylist()}
        landed.append((deliver(lake, rows), days))
        if number % between == 0:
            compact(lake, SMALL)
        newest = {day: at for at, days in landed for day in sorted(days)}
        files = lake.files("live_events")
        for day, at in newest.items():
            assert max(f.landed_at for f in files if f.event_date == day) == at
        for watermark, _ in landed:
            changed = {day for day, at in newest.items() if at > watermark}
            assert set(lake.changed_dates("live_events", after=watermark)) == changed
    compact(lake, SMALL)
    assert Counter(ids(lake)) == Counter(str(hour) for hours in batches for hour in hours)
    assert lake.watermark("live_events") == landed[-1][0]
    per_tier = Counter((f.event_date, SMALL.of(f.rows)) for f in lake.files("live_events"))
    assert all(n < SMALL.fan_in for (_, tier), n in per_tier.items() if tier < SMALL.full)
    assert compact(lake, SMALL) == 0
    assert on_disk(lake) == listed(lake)


def test_a_merged_file_lists_what_it_holds(lake: Lake) -> None:
    stamps = [deliver(lake, events(hour, hour + 0.5)) for hour in range(8)]
    assert compact(lake) == 8
    (merged,) = lake.files("live_events")
    assert (merged.event_date, merged.rows, merged.landed_at) == (DAY, 16, stamps[-1])
    path = lake.home.lake / merged.path
    assert merged.bytes == path.stat().st_size
    assert pq.ParquetFile(path).schema_arrow.equals(EVENT_SCHEMA)
    found = pq.ParquetFile(path).read()["event_id"].to_pylist()
    assert found == [str(h + part) for h in range(8) for part in (0, 0.5)], "in order of landing"


def test_dead_letters_are_merged_as_events_are(lake: Lake) -> None:
    row = {"message_id": "1", "publish_time": MIDNIGHT, "data": b"{", "attributes": "{}"}
    letter = pa.Table.from_pylist([row], schema=RAW_TABLES["dead_letter_events"])
    for number in range(8):
        lake.append("dead_letter_events", letter, batch_key=str(number))
    assert compact(lake) == 8
    assert lake.query("select count(*) as n from dead_letter_events")["n"].to_pylist() == [8]


def test_letters_of_a_megabyte_make_full_files_and_small_row_groups(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compaction, "ROW_GROUP_BYTES", 1_000_000)
    for number in range(12):
        letter = {"message_id": str(number), "data": random.Random(number).randbytes(300_000)}
        rows = pa.Table.from_pylist([letter], schema=DEAD_LETTER_SCHEMA)
        lake.append("dead_letter_events", rows, batch_key=str(number))
    compact(lake, Tiers(full_bytes=1_500_000))
    files = [pq.ParquetFile(lake.home.lake / f.path) for f in lake.files("dead_letter_events")]
    assert sorted(file.metadata.num_rows for file in files) == [1, 1, 5, 5]
    groups = [file.metadata.row_group(i) for file in files for i in range(file.num_row_groups)]
    assert max(group.num_rows for group in groups) == 4


def test_a_merge_holds_a_row_group_or_two_in_memory_and_not_the_file(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compaction, "ROW_GROUP_ROWS", 1000)
    for _ in range(8):
        deliver(lake, events(*[0.5] * 900))
    compact(lake)
    (merged,) = lake.files("live_events")
    footer = pq.ParquetFile(lake.home.lake / merged.path).metadata
    assert [footer.row_group(n).num_rows for n in range(footer.num_row_groups)] == [1800] * 4


def test_a_reader_that_began_before_a_merge_reads_on(lake: Lake) -> None:
    for hour in range(8):
        deliver(lake, events(hour))
    before = lake.relation("live_events", lake.files("live_events"))
    assert compact(lake) == 8
    with duckdb.connect() as reader:
        assert reader.sql(f"select count(*) from {before}").fetchall() == [(8,)]
    assert len(ids(lake)) == 8


def test_compactions_at_once_merge_only_once(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    for hour in range(8):
        deliver(lake, events(hour))
    both_have_written = threading.Barrier(2, timeout=20)
    write = compaction._write

    def write_and_wait(*arguments: object) -> LakeFile:
        merged = write(*arguments)
        both_have_written.wait()
        return merged

    monkeypatch.setattr(compaction, "_write", write_and_wait)
    replaced: list[int] = []
    threads = [threading.Thread(target=lambda: replaced.append(compact(lake))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(replaced) == [0, 8]
    assert len(ids(lake)) == 8
    assert on_disk(lake) == listed(lake), "the merge that came second is deleted"


def test_a_merge_can_be_broken_off_after_each_day(lake: Lake) -> None:
    for hour in range(8):
        deliver(lake, events(hour, hour + 24))
    assert next(merges(lake)) == 8
    assert len(lake.files("live_events")) == 9
    assert compact(lake) == 8


def test_a_damaged_file_is_named_and_keeps_no_other_day_from_being_merged(lake: Lake) -> None:
    for hour in range(8):
        deliver(lake, events(hour, hour + 24))
    damaged = lake.files("live_events", since=DAY)[3]
    (lake.home.lake / damaged.path).write_bytes(b"not parquet at all")
    with pytest.raises(EsynapseError, match=damaged.path) as caught:
        compact(lake)
    assert "\n" not in str(caught.value)
    assert Counter(file.event_date for file in lake.files("live_events")) == {
        DAY: 8,
        date(2026, 3, 2): 1,
    }
    assert on_disk(lake) == listed(lake)


@contextmanager
def files_no_larger_than(size: int) -> Iterator[None]:
    """A write beyond ``size`` bytes fails, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_leaves_all_as_it_was_and_the_next_run_goes_on(lake: Lake) -> None:
    for number in range(8):
        deliver(lake, events(*(n / 5000 + number for n in range(5000))))
    before = lake.files("live_events")
    with files_no_larger_than(100_000), pytest.raises(OSError, match="File too large"):
        compact(lake)
    assert lake.files("live_events") == before
    assert on_disk(lake) == listed(lake)
    assert compact(lake) == 8
    assert len(ids(lake)) == 40_000


def test_a_catalog_that_cannot_be_written_leaves_all_as_it_was(lake: Lake) -> None:
    for hour in range(8):
        deliver(lake, events(hour))
    before = lake.files("live_events")
    with closing(lake.connect()) as reader:  # keeps the log of SQLite, which must grow, from ending
        reader.execute("begin")
        reader.execute("select count(*) from files").fetchone()
        deliver(lake, events(30))
        log_bytes = lake.home.catalog.with_name("lake.db-wal").stat().st_size
        with files_no_larger_than(log_bytes), pytest.raises(sqlite3.OperationalError):
            compact(lake)
    assert lake.files("live_events", since=DAY)[:8] == before
    assert on_disk(lake) == listed(lake)
    assert compact(lake) == 8


KILLED = """
import sys
from pathlib import Path
from esynapse.home import open_home
from esynapse.warehouse.compaction import Tiers, compact
from esynapse.warehouse.lake import Lake
from tests.warehouse.lakes import deliver, events

lake = Lake(open_home(Path(sys.argv[1])))
for number in range(int(sys.argv[2]), 1_000_000):
    deliver(lake, events(*(hour + number / 1e7 for hour in (1, 25, 26))))
    print(number, flush=True)
    compact(lake, Tiers(fan_in=2, full_rows=40))
"""


@pytest.mark.slow
def test_kill_9_while_merging_loses_and_doubles_no_row(lake: Lake) -> None:
    delivered = 0
    for _ in range(4):
        process = subprocess.Popen(
            [sys.executable, "-c", KILLED, str(lake.home.root), str(delivered)],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout
        lives = delivered + random.randint(3, 15)
        while delivered <= lives:
            delivered = int(process.stdout.readline()) + 1
        time.sleep(random.uniform(0, 0.05))  # so that it dies anywhere
        process.send_signal(signal.SIGKILL)
        delivered = max([delivered, *(int(line) + 1 for line in process.communicate()[0].split())])
        rows = Counter(Counter(ids(lake)).values())
        assert set(rows) == {1}
        assert rows[1] in (3 * delivered, 3 * (delivered + 1)), "one may have landed untold"
        delivered = rows[1] // 3
    compact(lake, Tiers(fan_in=2, full_rows=40))
    assert Counter(Counter(ids(lake)).values()) == {1: 3 * delivered}
    vacuum(lake, retention=timedelta(0), orphan_age=timedelta(0))
    assert on_disk(lake) == {file.path for file in lake.files("live_events")}
