"""BigQuery goes away in the middle of a step and comes back: nothing is lost, nothing doubled."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from esynapse.settings import Settings
from esynapse.warehouse import open_warehouse
from tests.chaos.monkey import wait_for
from tests.emulator.process import Emulator
from tests.end_to_end.conftest import Pipeline, make_pipeline

COUNT = (
    "select count(*) as n, count(distinct event_id) as ids from live_events"
    " where event_timestamp > timestamp '2020-01-01 00:00:00+00'"
)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """One of our own, to be killed."""
    made = Emulator(tmp_path_factory.mktemp("mortal")).start()
    yield made
    made.kill()


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory, emulator: Emulator) -> Settings:
    home = tmp_path_factory.mktemp("away") / "home"
    shop = {"home": home, "days": 20, "scale": 0.5, "seed": 3}
    return emulator.settings("away").model_copy(update=shop)


@pytest.fixture(scope="module")
def pipeline(settings: Settings) -> Pipeline:
    chosen = settings.model_dump(
        include={"target", "project", "dataset", "bigquery_endpoint", "days", "scale", "seed"}
    )
    made = make_pipeline(settings.home.parent, **chosen)
    made.run("provision")
    return made


def begin(pipeline: Pipeline, *arguments: str) -> "subprocess.Popen[str]":
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


def interrupt(emulator: Emulator, seconds: float) -> threading.Thread:
    """Kill it now; it is back after ``seconds``."""
    emulator.kill()

    def revive() -> None:
        time.sleep(seconds)
        emulator.start()

    thread = threading.Thread(target=revive)
    thread.start()
    return thread


def test_a_backfill_waits_for_bigquery_to_come_back_and_doubles_nothing(
    pipeline: Pipeline, settings: Settings, emulator: Emulator
) -> None:
    running = begin(pipeline, "backfill")
    wait_for(lambda: events(settings)["n"] > 100_000, "some days of history")
    revival = interrupt(emulator, 5)
    out, err = running.communicate(timeout=180)
    revival.join()
    assert running.returncode == 0, err
    assert "events in" in out
    found = events(settings)
    assert found["n"] == found["ids"] > 500_000


def test_a_backfill_that_gave_up_says_so_in_one_line_and_goes_on_when_run_again(
    pipeline: Pipeline, settings: Settings, emulator: Emulator, tmp_path: Path
) -> None:
    other = Pipeline(
        tmp_path,
        {
            **pipeline.environment,
            "ESYNAPSE_HOME": str(tmp_path / "home"),
            "ESYNAPSE_DATASET": "again",
        },
    )
    other.run("provision")
    there = settings.model_copy(update={"dataset": "again"})
    running = begin(other, "backfill")
    wait_for(lambda: events(there)["n"] > 100_000, "some days of history")
    running.kill()
    running.communicate()
    revival = interrupt(emulator, 0)
    revival.join()
    other.run("backfill")
    found = events(there)
    assert found["n"] == found["ids"] > 500_000


def test_a_build_that_bigquery_left_is_red_and_the_next_one_is_green(
    pipeline: Pipeline, settings: Settings, emulator: Emulator
) -> None:
    def builds() -> list[str]:
        rows = open_warehouse(settings).query_raw("select status from builds order by started_at")
        return [str(status) for status in rows["status"].to_pylist()]

    running = begin(pipeline, "transform")
    wait_for(lambda: "running" in builds(), "a build")
    revival = interrupt(emulator, 3)
    _, err = running.communicate(timeout=400)
    revival.join()
    if running.returncode:
        assert err.count("\n") == 1, err
        assert err.startswith("esynapse: ")
    pipeline.run("transform", timeout=500)
    assert builds()[-1] == "green"
    (row,) = pipeline.query("select sum(rows_received) as n from pipeline_health")
    assert int(row["n"]) == events(settings)["n"]
