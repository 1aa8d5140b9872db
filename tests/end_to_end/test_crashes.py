"""kill -9 of each part while data flow: no event is lost, none counts twice in the marts."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from esynapse.home import open_home
from esynapse.pipeline.backfill import backfill
from esynapse.settings import load_settings
from esynapse.warehouse.lake import Lake
from tests.end_to_end.conftest import Pipeline, make_pipeline

pytestmark = pytest.mark.slow

DAYS, SCALE = 2, 0.4


def rows_in(home: Path) -> int:
    return sum(file.rows for file in Lake(open_home(home)).files("live_events"))


def wait_until_rows(home: Path, more_than: int) -> None:
    deadline = time.monotonic() + 60
    while rows_in(home) <= more_than:
        assert time.monotonic() < deadline, "the stream stands still"
        time.sleep(0.05)


def kill(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGKILL)
    process.wait()


def start_pubsub(pipeline: Pipeline) -> subprocess.Popen[bytes]:
    return pipeline.start(sys.executable, "-m", "flows.cli", "pubsub")


def start_stream(pipeline: Pipeline) -> subprocess.Popen[bytes]:
    return pipeline.start(sys.executable, "-m", "flows.cli", "stream")


def start_transform(pipeline: Pipeline) -> subprocess.Popen[bytes]:
    return pipeline.start(sys.executable, "-m", "flows.cli", "transform")


def ids_before(home: Path, cut: datetime) -> set[str]:
    found = Lake(open_home(home)).query(
        "select event_id from live_events where event_timestamp < $cut", {"cut": cut}
    )
    return set(found["event_id"].to_pylist())


@pytest.fixture
def pipeline(tmp_path: Path) -> Iterator[Pipeline]:
    made = make_pipeline(tmp_path, days=DAYS, scale=SCALE)
    yield made
    made.stop()


def test_killing_each_part_loses_and_doubles_nothing(pipeline: Pipeline, tmp_path: Path) -> None:
    now = datetime.now(UTC)
    shop = {"days": DAYS, "scale": SCALE}
    backfill(load_settings(home=pipeline.home, **shop), now=now - timedelta(hours=26))
    history = rows_in(pipeline.home)

    pubsub, streamer = start_pubsub(pipeline), start_stream(pipeline)
    wait_until_rows(pipeline.home, history)
    kill(pubsub)
    pubsub = start_pubsub(pipeline)
    wait_until_rows(pipeline.home, rows_in(pipeline.home))
    kill(streamer)
    streamer = start_stream(pipeline)
    wait_until_rows(pipeline.home, rows_in(pipeline.home))
    transform = start_transform(pipeline)
    time.sleep(6)
    kill(transform)

    clean = load_settings(home=tmp_path / "clean", **shop)
    backfill(clean, now=now - timedelta(hours=26))
    backfill(clean, now=now)
    expected = ids_before(tmp_path / "clean", now)
    deadline = time.monotonic() + 120
    while not expected <= ids_before(pipeline.home, now):
        assert time.monotonic() < deadline, "events are missing"
        time.sleep(1)
    assert ids_before(pipeline.home, now) == expected
    for process in (streamer, pubsub):
        process.terminate()
        assert process.wait(timeout=30) == 0

    pipeline.run("transform")
    (counted,) = pipeline.query("select sum(rows_staged) as n from pipeline_health")
    distinct = Lake(open_home(pipeline.home)).query(
        "select count(distinct event_id) as n from live_events"
    )
    assert int(counted["n"]) == distinct["n"][0].as_py()
