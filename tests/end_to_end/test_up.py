"""`esynapse up`, whole: the stream is live, what dies comes back, Prefect runs, all is stopped."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.end_to_end.conftest import Pipeline, make_pipeline

pytestmark = pytest.mark.slow

DEPLOYMENTS = {"provision", "catalog", "backfill", "streamer", "dbt-hourly", "retrain-daily"}


def post(pipeline: Pipeline, path: str, body: dict[str, Any]) -> Any:
    port = pipeline.environment["ESYNAPSE_PREFECT_PORT"]
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/api/{path}",
        json.dumps(body).encode(),
        {"Content-Type": "application/json"},
    )
    for _ in range(5):
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            if error.code != 503:
                raise
            time.sleep(2)
        except TimeoutError:
            time.sleep(2)
    raise AssertionError(f"Prefect's server is too busy to answer {path}")


def answers(pipeline: Pipeline) -> bool:
    try:
        return post(pipeline, "artifacts/count", {}) >= 0
    except urllib.error.URLError:
        return False


def eventually(what: str, check: Callable[[], Any], seconds: float) -> Any:
    deadline = time.monotonic() + seconds
    while not (found := check()):
        assert time.monotonic() < deadline, f"{what}: not within {seconds} s"
        time.sleep(1)
    return found


@pytest.fixture(scope="module")
def running(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Pipeline, subprocess.Popen[bytes]]]:
    pipeline = make_pipeline(tmp_path_factory.mktemp("up"), days=7, scale=1)
    process = pipeline.start(sys.executable, "-m", "flows.cli", "up")
    log = pipeline.home.parent / "up.log"

    def is_up() -> bool:
        assert process.poll() is None, log.read_text()
        return "Ctrl-C stops everything" in log.read_text()

    try:
        eventually("up", is_up, 240)
        yield pipeline, process
    finally:
        pipeline.stop()


@pytest.fixture
def pipeline(running: tuple[Pipeline, subprocess.Popen[bytes]]) -> Pipeline:
    return running[0]


def test_events_arrive_live(pipeline: Pipeline) -> None:
    def is_fresh() -> bool:
        age = pipeline.status()["freshness"]["newest_event_age_seconds"]
        return age is not None and age < 5

    eventually("a fresh event", is_fresh, 60)


def test_every_deployment_is_there_and_the_hourly_transform_is_scheduled(
    pipeline: Pipeline,
) -> None:
    found = {d["name"]: d["id"] for d in post(pipeline, "deployments/filter", {})}
    assert set(found) == DEPLOYMENTS

    def scheduled() -> bool:
        runs = post(
            pipeline,
            "flow_runs/filter",
            {"flow_runs": {"deployment_id": {"any_": [found["dbt-hourly"]]}}},
        )
        return any(run["state_type"] == "SCHEDULED" for run in runs)

    eventually("a scheduled run", scheduled, 60)


def test_the_streamer_is_seen_running(pipeline: Pipeline) -> None:
    body = {
        "flows": {"name": {"any_": ["streamer"]}},
        "flow_runs": {"state": {"type": {"any_": ["RUNNING"]}}},
    }
    eventually("a running streamer", lambda: post(pipeline, "flow_runs/filter", body), 60)


def artifacts(pipeline: Pipeline, key: str) -> list[dict[str, Any]]:
    return post(pipeline, "artifacts/filter", {"artifacts": {"key": {"any_": [key]}}})


def test_the_streamer_tells_in_prefect_how_it_stands(pipeline: Pipeline) -> None:
    (table,) = eventually("the table", lambda: artifacts(pipeline, "streamer-now"), 60)
    assert "| seconds behind |" in table["data"]
    eventually(
        "a newer table in its place",
        lambda: [each["data"] for each in artifacts(pipeline, "streamer-now")] != [table["data"]],
        60,
    )
    assert [each["id"] for each in artifacts(pipeline, "streamer-now")] == [table["id"]]
    (bar,) = artifacts(pipeline, "streamer")
    assert 0 <= float(bar["data"]) <= 100


RESULTS = {
    "dbt-hourly": "tests passed",
    "provision": "all was there",
    "catalog": "| products | 1,0",
    "retrain-daily": "daily rows",
}
"""Deployments, and what their artifact of the same name says."""


def test_deployments_run_beside_the_stream_and_each_other_and_leave_results(
    pipeline: Pipeline,
) -> None:
    found = {d["name"]: d["id"] for d in post(pipeline, "deployments/filter", {})}
    runs = {
        name: post(pipeline, f"deployments/{found[name]}/create_flow_run", {})["id"]
        for name in RESULTS
    }

    def states() -> dict[str, str]:
        """Of the runs, once all have ended."""
        wanted = {"flow_runs": {"id": {"any_": [*runs.values()]}}}
        now = {run["id"]: run["state_type"] for run in post(pipeline, "flow_runs/filter", wanted)}
        has_ended = {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}.issuperset(now.values())
        return {name: now[run] for name, run in runs.items()} if has_ended else {}

    assert eventually("the end of the runs", states, 240) == dict.fromkeys(RESULTS, "COMPLETED")
    for name, says in RESULTS.items():
        assert any(says in str(each["data"]) for each in artifacts(pipeline, name)), name


def test_anomalies_are_told_up_to_the_newest_step_that_is_over(pipeline: Pipeline) -> None:
    wanted = {"variables": {"name": {"any_": ["esynapse_anomalies_told_until"]}}}
    (told,) = post(pipeline, "variables/filter", wanted)
    (newest,) = pipeline.query(
        "select max(time_series_timestamp) as at from sales_anomalies"
        " where granularity = 'hourly' and judged_by = 'forecast'"
    )
    until = datetime.fromisoformat(told["value"]["hourly"])
    assert until <= datetime.fromisoformat(newest["at"])
    assert until > datetime.now(UTC) - timedelta(hours=3)


@pytest.mark.parametrize("name", ["pubsub", "streamer", "prefect-server"])
def test_a_service_that_is_killed_runs_again_and_events_arrive(
    pipeline: Pipeline, name: str
) -> None:
    run_file, console = pipeline.home / "run.json", pipeline.home.parent / "up.log"
    killed = json.loads(run_file.read_text())[name]["pid"]
    os.kill(killed, signal.SIGKILL)

    def pid() -> int | None:
        return json.loads(run_file.read_text()).get(name, {}).get("pid")

    eventually("another process", lambda: pid() not in (None, killed), 60)
    assert f"{name} stopped (signal 9" in console.read_text()
    eventually("the line", lambda: f"{name} was started again" in console.read_text(), 10)
    eventually("Prefect", lambda: answers(pipeline), 120)
    now = datetime.now(UTC)

    def newer() -> bool:
        return datetime.fromisoformat(pipeline.status()["freshness"]["newest_event"]) > now

    eventually("a newer event", newer, 120)


def test_a_second_up_on_the_same_home_is_refused(pipeline: Pipeline) -> None:
    second = subprocess.run(
        [sys.executable, "-m", "flows.cli", "up"],
        capture_output=True,
        text=True,
        env=pipeline.environment,
        timeout=60,
    )
    assert second.returncode == 2
    assert "another 'esynapse up' runs" in second.stderr


def test_stopping_leaves_no_process_and_no_half_written_file(
    running: tuple[Pipeline, subprocess.Popen[bytes]],
) -> None:
    pipeline, process = running
    family = psutil.Process(process.pid).children(recursive=True)
    assert len(family) >= 5
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=60) == 0
    _, left = psutil.wait_procs(family, timeout=10)  # the last moments of what was killed
    assert [p.cmdline() for p in left if p.is_running() and p.status() != "zombie"] == []
    assert not list(Path(pipeline.home).rglob("*.tmp"))
    assert not (pipeline.home / "run.json").exists()
