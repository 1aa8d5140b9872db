"""What the streamer says of itself: whether it runs, and what is left when it has ended."""

import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from esynapse.home import Home, open_home
from esynapse.pipeline.streamer_state import (
    FRESH,
    StreamerState,
    streamer_state,
    write_streamer_state,
)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return open_home(tmp_path / "home")


@pytest.fixture
def state() -> StreamerState:
    now = datetime.now(UTC)
    return StreamerState(now - timedelta(hours=1), now, os.getpid(), 7, 2.5, 0.0, False, 1.0)


def test_it_is_read_as_it_was_written(home: Home, state: StreamerState) -> None:
    assert streamer_state(home) is None
    write_streamer_state(home, state)
    assert streamer_state(home) == state
    assert state.running


def test_one_that_is_stopped_or_silent_does_not_run(state: StreamerState) -> None:
    assert not replace(state, stopped=True).running
    assert not replace(state, updated_at=state.updated_at - 2 * FRESH).running


def test_one_whose_process_is_gone_does_not_run(state: StreamerState) -> None:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    assert not replace(state, pid=process.pid).running


@pytest.mark.parametrize("torn", ["", '{"pid": 3', "[]", "{}", '{"started_at": 1}'])
def test_one_that_a_loss_of_power_has_torn_counts_as_not_there(home: Home, torn: str) -> None:
    (home.shop / "streamer.json").write_text(torn)
    assert streamer_state(home) is None
