"""The housekeeper works behind the deliveries, outlives every failure and stops when told."""

import logging
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from esynapse.warehouse import compaction
from esynapse.warehouse.catalog import LakeFile
from esynapse.warehouse.housekeeping import Housekeeper, Job
from esynapse.warehouse.lake import Lake
from tests.ingest.conftest import wait_until
from tests.warehouse.lakes import deliver, events, ids, listed, on_disk

OFTEN = 0.01


@contextmanager
def housekeeper(
    lake: Lake, *jobs: Job, compact: float = 999, vacuum: float = 999
) -> Iterator[Housekeeper]:
    made = Housekeeper(lake, jobs, compact_seconds=compact, vacuum_seconds=vacuum)
    made.start()
    try:
        yield made
    finally:
        made.stop()


def failing(times: int, called: list[int]) -> Callable[[], None]:
    """Fails the first ``times`` times; ``called`` grows with every call."""

    def expiry() -> None:
        called.append(1)
        if len(called) <= times:
            raise OSError("No space left on device")

    return expiry


def test_files_become_few_and_what_crashes_left_goes(lake: Lake) -> None:
    (left,) = lake.stage("live_events", events(9)).files
    os.utime(lake.home.lake / left.path, (0, 0))
    for hour in range(8):
        deliver(lake, events(hour))
    with housekeeper(lake, compact=OFTEN, vacuum=OFTEN):
        wait_until(lambda: len(lake.files("live_events")) == 1)
        wait_until(lambda: on_disk(lake) == listed(lake))
        for hour in range(8, 16):
            deliver(lake, events(hour))
        wait_until(lambda: len(lake.files("live_events")) == 2)
    assert len(ids(lake)) == 16


def test_a_job_of_its_own_runs_again_and_again(lake: Lake) -> None:
    called: list[int] = []
    with housekeeper(lake, Job(lambda: called.append(1), OFTEN)):
        wait_until(lambda: len(called) > 3)


def test_a_failure_is_told_once_and_so_is_its_end(
    lake: Lake, caplog: pytest.LogCaptureFixture
) -> None:
    failed: list[int] = []
    fine: list[int] = []
    jobs = (Job(failing(4, failed), OFTEN), Job(lambda: fine.append(1), OFTEN))
    with caplog.at_level(logging.WARNING), housekeeper(lake, *jobs):
        wait_until(lambda: len(failed) > 6)
    assert [record.getMessage() for record in caplog.records] == [
        "expiry failed, nothing is lost, it is tried again until it works: No space left on device",
        "expiry works again after 4 failures",
    ]
    assert len(fine) > len(failed), "the other job ran on, and the one that failed paused"


def test_a_failure_that_nobody_foresaw_is_told_with_its_traceback(
    lake: Lake, caplog: pytest.LogCaptureFixture
) -> None:
    with housekeeper(lake, Job(lambda: {}["missing"], OFTEN)):
        wait_until(lambda: caplog.records)
    assert caplog.records[0].exc_info


def test_a_damaged_file_does_not_end_the_housekeeper(
    lake: Lake, caplog: pytest.LogCaptureFixture
) -> None:
    for hour in range(8):
        deliver(lake, events(hour))
    path = lake.home.lake / lake.files("live_events")[0].path
    good = path.read_bytes()
    path.write_bytes(b"not parquet at all")
    with housekeeper(lake, compact=OFTEN):
        wait_until(lambda: caplog.records)
        path.write_bytes(good)
        wait_until(lambda: len(lake.files("live_events")) == 1)
    assert path.name in caplog.text


def test_stopping_waits_for_the_merge_in_hand_and_begins_no_other(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    for hour in range(8):
        deliver(lake, events(hour, hour + 24))
    merging, told = threading.Event(), threading.Event()
    write = compaction._write

    def write_when_told(*arguments: object) -> LakeFile:
        merging.set()
        assert told.wait(20)
        return write(*arguments)

    monkeypatch.setattr(compaction, "_write", write_when_told)
    keeper = Housekeeper(lake, compact_seconds=OFTEN)
    keeper.start()
    assert merging.wait(20)
    stopping = threading.Thread(target=keeper.stop)
    stopping.start()
    wait_until(keeper._stopping.is_set)
    told.set()
    stopping.join(20)
    assert not stopping.is_alive()
    assert len(lake.files("live_events")) == 9
