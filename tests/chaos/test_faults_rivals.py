"""Two of a kind on one home: the second says so or waits its turn, and harms nothing."""

import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from esynapse.home import Home, open_home
from esynapse.ingest.publisher import Publisher
from esynapse.ingest.pubsub import backlog
from esynapse.pipeline.backfill import backfill
from esynapse.provision import provision
from esynapse.settings import Settings, load_settings
from esynapse.warehouse.lake import Lake
from tests.chaos.conftest import Running, assert_one_line, esynapse, landed_ids
from tests.end_to_end.conftest import Pipeline, free_port, make_pipeline
from tests.ingest.conftest import make_events, wait_until

pytestmark = pytest.mark.slow

SHOP = {"days": 2, "scale": 0.3}
COMMAND = (sys.executable, "-m", "flows.cli")


def test_a_second_server_on_a_home_says_so_and_the_first_serves_on(
    home: Home, settings: Settings, start_server: Callable[[Settings], Running]
) -> None:
    first = start_server(settings)
    provision(settings)
    second = esynapse("pubsub", "--home", home.root, "--port", str(free_port()))
    assert_one_line(second, str(home.root), "is already running: stop it first")
    assert first.process.poll() is None
    events = make_events(100)
    with Publisher(settings) as publisher:
        publisher.publish(events)
    wait_until(lambda: backlog(home).undelivered == 0)
    assert landed_ids(home) == sorted(events["event_id"].to_pylist())


@pytest.fixture
def pipeline(tmp_path: Path):
    """A home that knows of its shop up to thirty hours ago."""
    made = make_pipeline(tmp_path, **SHOP)
    backfill(load_settings(home=made.home, **SHOP), now=datetime.now(UTC) - timedelta(hours=30))
    yield made
    made.stop()


def run(pipeline: Pipeline, command: str) -> subprocess.CompletedProcess[str]:
    return esynapse(command, **pipeline.environment)


def test_a_second_streamer_on_a_home_says_so_and_the_first_goes_on(pipeline: Pipeline) -> None:
    home = open_home(pipeline.home)
    position = home.shop / "position.json"
    pipeline.start(*COMMAND, "pubsub")
    first = pipeline.start(*COMMAND, "stream")
    began = position.read_text()
    wait_until(lambda: position.read_text() != began, seconds=60)
    for second in ("stream", "backfill"):
        assert_one_line(run(pipeline, second), "the shop is being simulated by another process")
    seen = position.read_text()
    wait_until(lambda: position.read_text() != seen)
    first.terminate()
    assert first.wait(30) == 0
    wait_until(lambda: backlog(home).undelivered == 0, seconds=60)
    ids = landed_ids(home)
    assert len(ids) == len(set(ids))


def test_two_transforms_at_once_build_one_after_the_other(pipeline: Pipeline) -> None:
    with ThreadPoolExecutor() as pool:
        both = list(pool.map(lambda _: run(pipeline, "transform"), range(2)))
    assert [one.returncode for one in both] == [0, 0], both
    home = open_home(pipeline.home)
    with closing(Lake(home).connect()) as connection:
        builds = connection.execute(
            "select status, started_at, finished_at from builds order by started_at"
        ).fetchall()
    assert [status for status, _, _ in builds] == ["green", "green"]
    assert builds[0][2] <= builds[1][1]
    staged = esynapse("query", "select sum(rows_staged) from pipeline_health", "--home", home.root)
    assert int(staged.stdout) == len(set(landed_ids(home)))
