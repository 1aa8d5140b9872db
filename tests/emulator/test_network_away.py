"""BigQuery goes away in the middle of a step and comes back: nothing is lost, nothing doubled.

The network is pulled, or the emulator killed. Killed between the rows of a load and the note of its
job the emulator forgets the job, as BigQuery does not: then the rows come twice, and staging has to
drop them.
"""

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from esynapse.settings import Settings
from esynapse.warehouse import open_warehouse
from tests.chaos.monkey import wait_for
from tests.emulator.process import Emulator
from tests.end_to_end.conftest import Pipeline, make_pipeline
from tests.network import Network, network

COUNT = (
    "select count(*) as n, count(distinct event_id) as ids from live_events"
    " where event_timestamp > timestamp '2020-01-01 00:00:00+00'"
)
SHOP = {"days": 20, "scale": 0.03, "seed": 3}
SOME, ALL = 8_000, 40_000

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """One of our own, to be killed."""
    made = Emulator(tmp_path_factory.mktemp("mortal")).start()
    yield made
    made.kill()


@pytest.fixture(scope="module")
def wire(emulator: Emulator) -> Iterator[Network]:
    with network(emulator.endpoint) as made:
        yield made


Begin = Callable[[str], tuple[Pipeline, Settings]]


@pytest.fixture
def begin(tmp_path: Path, emulator: Emulator, wire: Network) -> Begin:
    """A new pipeline over the wire, provisioned, by the name of its dataset."""

    def made(dataset: str) -> tuple[Pipeline, Settings]:
        settings = emulator.settings(dataset).model_copy(update=SHOP)
        chosen = settings.model_dump(include={"target", "project", "dataset", *SHOP})
        pipeline = make_pipeline(tmp_path, bigquery_endpoint=wire.endpoint, **chosen)
        pipeline.run("provision")
        return pipeline, settings

    return made


def start(pipeline: Pipeline, *arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "flows.cli", *arguments],
        env=pipeline.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def events(settings: Settings) -> dict[str, int]:
    (row,) = open_warehouse(settings).query_raw(COUNT).to_pylist()
    return dict(row)


def builds(settings: Settings) -> list[str]:
    rows = open_warehouse(settings).query_raw("select status from builds order by started_at")
    return [str(status) for status in rows["status"].to_pylist()]


def test_a_backfill_goes_on_whenever_the_network_is_back_and_loads_every_batch_once(
    begin: Begin, wire: Network
) -> None:
    pipeline, settings = begin("pulled")
    running = start(pipeline, "backfill")
    wait_for(lambda: events(settings)["n"] > SOME, "some days of history")
    while running.poll() is None and wire.cuts < 8:
        wire.pull(0.3)
        time.sleep(1)
    _, err = running.communicate(timeout=180)
    assert running.returncode == 0, err
    assert wire.cuts >= 2
    found = events(settings)
    assert found["n"] == found["ids"] > ALL


def test_a_backfill_outlives_the_service_and_a_build_counts_every_event_once(
    begin: Begin, emulator: Emulator
) -> None:
    pipeline, settings = begin("killed")
    running = start(pipeline, "backfill")
    wait_for(lambda: events(settings)["n"] > SOME, "some days of history")
    emulator.kill()
    time.sleep(3)
    emulator.start()
    _, err = running.communicate(timeout=180)
    assert running.returncode == 0, err
    pipeline.run("transform", timeout=500)
    (row,) = pipeline.query("select sum(rows_staged) as n from pipeline_health")
    assert int(row["n"]) == events(settings)["ids"] > ALL


def test_a_backfill_that_was_killed_goes_on_and_loads_nothing_twice(begin: Begin) -> None:
    pipeline, settings = begin("again")
    running = start(pipeline, "backfill")
    wait_for(lambda: events(settings)["n"] > SOME, "some days of history")
    running.kill()
    running.communicate()
    pipeline.run("backfill")
    found = events(settings)
    assert found["n"] == found["ids"] > ALL


def test_a_build_without_a_network_ends_in_one_line_and_the_next_one_is_green(
    begin: Begin, wire: Network
) -> None:
    pipeline, settings = begin("built")
    pipeline.run("backfill")
    running = start(pipeline, "transform")
    wait_for(lambda: "running" in builds(settings), "a build")
    time.sleep(8)
    pulled = threading.Thread(target=wire.pull, args=(20,))
    pulled.start()
    _, err = running.communicate(timeout=400)
    pulled.join()
    if running.returncode:
        assert err.count("\n") == 1, err
        assert err.startswith("esynapse: ")
    pipeline.run("transform", timeout=500)
    assert builds(settings)[-1] == "green"
    assert "running" not in builds(settings)
    (row,) = pipeline.query("select sum(rows_received) as n from pipeline_health")
    assert int(row["n"]) == events(settings)["n"]
