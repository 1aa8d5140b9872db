"""The streamer's flow and its loop: how long a run lasts, what ends the loop, a clean stop."""

import signal
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from google.api_core.exceptions import ServiceUnavailable
from hypothesis import given
from hypothesis import strategies as st
from prefect.client.schemas.objects import FlowRun
from prefect.context import FlowRunContext
from prefect.exceptions import TerminationSignal

from esynapse.errors import EsynapseError
from esynapse.home import open_home
from esynapse.ingest.pubsub.server import Server
from esynapse.pipeline.streamer_state import streamer_state
from flows import streamer
from flows.cli import main as command_line
from flows.streamer import scheduled_start, time_left
from tests.ingest.conftest import wait_until
from tests.pipeline.shops import small_shop

HOUR = timedelta(hours=1)
T = datetime(2026, 3, 11, 12, tzinfo=UTC)


@given(st.floats(0, 7200), st.floats(1, 3600))
def test_scheduled_runs_of_an_interval_follow_on_however_late_each_begins(
    late: float, start_up: float
) -> None:
    begun = T + timedelta(seconds=late)
    ended = begun + time_left(60, T, begun)
    assert ended == max(T + HOUR, begun)
    following = max(ended, T + HOUR) + timedelta(seconds=start_up)
    assert following + time_left(60, T + HOUR, following) == max(T + 2 * HOUR, following)


def test_a_run_that_nobody_scheduled_lasts_its_minutes() -> None:
    assert time_left(90, None, T) == 1.5 * HOUR


@pytest.mark.parametrize("by_schedule", [True, False])
def test_the_moment_of_the_schedule_counts_for_its_own_runs_alone(by_schedule: bool) -> None:
    run = FlowRun(flow_id=uuid4(), expected_start_time=T, auto_scheduled=by_schedule)
    with FlowRunContext.model_construct(flow_run=run):
        assert scheduled_start() == (T if by_schedule else None)


def not_answering() -> EsynapseError:
    error = EsynapseError("7 messages were not accepted: Pub/Sub does not answer")
    error.__cause__ = ServiceUnavailable("no")
    return error


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[BaseException | None]:
    """What each run of the flow ends with, a stop coming with the last; the loop uses them up."""
    ends: list[BaseException | None] = []
    monkeypatch.setattr(streamer, "STOP", threading.Event())
    monkeypatch.setattr(streamer, "stop_on_signals", lambda stop: stop)
    monkeypatch.setattr(streamer, "FIRST_REST", 0.001)

    def run(minutes: float) -> None:
        end = ends.pop(0)
        if not ends:
            streamer.STOP.set()
        if end:
            raise end

    monkeypatch.setattr(streamer, "streamer_flow", run)
    return ends


def test_the_loop_goes_on_after_a_run_that_failed(runs: list[BaseException | None]) -> None:
    no_prefect, full = httpx.ConnectError("no Prefect"), OSError(28, "No space left on device")
    runs += [not_answering(), None, no_prefect, full, not_answering(), None]
    streamer.main()
    assert runs == []


def test_the_loop_ends_with_a_line_where_a_person_is_needed(
    runs: list[BaseException | None],
) -> None:
    runs += [None, EsynapseError("the shop is being simulated by another process"), None]
    with pytest.raises(SystemExit, match=r"^streamer: the shop is being simulated by another"):
        streamer.main()
    assert runs == [None]


def test_a_sigterm_while_prefect_begins_or_ends_a_run_ends_the_loop(
    runs: list[BaseException | None],
) -> None:
    runs += [TerminationSignal(signal=signal.SIGTERM), None]
    streamer.main()
    assert runs == [None]


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_command_well_while_it_catches_up(
    tmp_path: Path, number: signal.Signals
) -> None:
    shop = small_shop(tmp_path / "home")
    home = open_home(shop.home)
    before = (home.shop / "position.json").read_text()
    command = [sys.executable, "-m", "flows.cli", "stream", "--rate", "100", "--home", shop.home]
    figures = {"SCALE": str(shop.scale), "PUBSUB_PORT": str(shop.pubsub_port)}
    settings = {f"ESYNAPSE_{name}": value for name, value in figures.items()}
    with Server(home, shop.host, shop.pubsub_port):
        process = subprocess.Popen(
            [*map(str, command)],
            env={"PATH": "/usr/bin:/bin", **settings},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        wait_until(lambda: (state := streamer_state(home)) and state.events > 0, 60)
        process.send_signal(number)
        said, errors = process.communicate(timeout=10)
    assert (process.returncode, errors) == (0, "")
    assert "events in" in said
    assert (home.shop / "position.json").read_text() != before


@pytest.mark.parametrize("rate", ["0.5", "0", "many"])
def test_a_senseless_rate_is_refused(rate: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        command_line(["stream", "--rate", rate])
    assert stopped.value.code == 2
    assert "--rate" in capsys.readouterr().err
