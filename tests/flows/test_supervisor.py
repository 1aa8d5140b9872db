"""The supervisor restarts what dies and says so; it stops everything, descendants and all."""

import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st

from esynapse.errors import EsynapseError
from esynapse.home import open_home
from flows.restarts import MOST, WITHIN, Restarts
from flows.supervisor import Supervisor, is_alive, read_run_file
from tests.ingest.conftest import wait_until

pytestmark = pytest.mark.slow

SLEEPER = [sys.executable, "-c", "import time; time.sleep(60)"]
PARENT = [
    sys.executable,
    "-c",
    "import subprocess, sys, time\n"
    "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
    "time.sleep(60)",
]


@pytest.fixture
def supervisor(tmp_path: Path) -> Supervisor:
    return Supervisor(open_home(tmp_path / "home"), {}, tmp_path)


def descendants(pid: int) -> list[psutil.Process]:
    deadline = time.monotonic() + 10
    while not (found := psutil.Process(pid).children(recursive=True)):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return found


def is_there(process: psutil.Process) -> bool:
    return process.is_running() and process.status() != "zombie"


def test_stopping_leaves_no_process_and_no_run_file(supervisor: Supervisor) -> None:
    child = supervisor.start("parent", PARENT)
    grandchildren = descendants(child.process.pid)
    supervisor.stop()
    assert child.process.poll() is not None
    assert not any(map(is_there, grandchildren))
    assert read_run_file(supervisor.home) == {}


def check_until(supervisor: Supervisor, condition: Callable[[], object]) -> None:
    def checked() -> object:
        supervisor.check()
        return condition()

    wait_until(checked)


def test_a_service_that_is_killed_is_started_again_and_the_console_says_so(
    tmp_path: Path,
) -> None:
    told: list[str] = []
    supervisor = Supervisor(open_home(tmp_path / "home"), {}, tmp_path, tell=told.append)
    supervisor.start("other", SLEEPER)
    child = supervisor.start("sleeper", SLEEPER)
    first = child.process
    first.kill()
    first.wait()
    supervisor.check()
    assert set(read_run_file(supervisor.home)) == {"supervisor", "other"}
    check_until(supervisor, lambda: child.process is not first)
    assert read_run_file(supervisor.home)["sleeper"]["pid"] == child.process.pid
    assert child.process.poll() is None
    assert told == [
        f"sleeper stopped (signal 9; see {child.log}); it is started again in 1 s",
        "sleeper was started again",
    ]
    supervisor.stop()


def test_a_service_that_dies_again_and_again_is_named_with_its_last_words(tmp_path: Path) -> None:
    supervisor = Supervisor(open_home(tmp_path / "home"), {}, tmp_path, first_rest=0.01)
    supervisor.start("sleeper", SLEEPER)
    child = supervisor.start("talker", [sys.executable, "-c", "print('no bread'); exit(3)"])
    with pytest.raises(
        EsynapseError, match=r"^talker stopped \(exit code 3: no bread; see .* 6 times"
    ):
        check_until(supervisor, lambda: False)
    assert child.log.read_text() == "no bread\n" * 6
    supervisor.stop()


def test_what_a_dead_service_left_behind_is_stopped_before_its_successor_starts(
    supervisor: Supervisor,
) -> None:
    child = supervisor.start("parent", PARENT)
    (orphan,) = descendants(child.process.pid)
    child.process.kill()
    child.process.wait()
    supervisor.check()
    assert not is_there(orphan)
    supervisor.stop()


def test_stopping_takes_the_orphans_of_a_dead_service_with_it(supervisor: Supervisor) -> None:
    child = supervisor.start("parent", PARENT)
    (orphan,) = descendants(child.process.pid)
    child.process.kill()
    child.process.wait()
    supervisor.stop()
    assert not is_there(orphan)


@given(st.lists(st.floats(0, 400), max_size=40))
def test_a_service_rests_twice_as_long_each_time_and_five_times_in_ten_minutes_at_most(
    pauses: list[float],
) -> None:
    restarts, now, started = Restarts(), 0.0, []
    for pause in pauses:
        now += pause
        recent = sum(now - death <= WITHIN for death in started)
        rest = restarts.rest_after_death(now)
        assert rest == (None if recent >= MOST else 2.0**recent)
        if rest is not None:
            started.append(now)


def test_a_command_that_fails_is_named(supervisor: Supervisor) -> None:
    with pytest.raises(EsynapseError, match="deploy failed: no bread"):
        supervisor.run("deploy", [sys.executable, "-c", "print('no bread'); exit(1)"])


def test_a_command_that_ends_well_is_no_crash(supervisor: Supervisor) -> None:
    supervisor.run("deploy", [sys.executable, "-c", "pass"])
    supervisor.check()


def test_nothing_starts_once_it_has_stopped(supervisor: Supervisor) -> None:
    supervisor.stop()
    with pytest.raises(EsynapseError, match="deploy is not started"):
        supervisor.run("deploy", SLEEPER)
    assert not supervisor.children


def test_threads_start_commands_at_once(supervisor: Supervisor) -> None:
    names = [f"sleeper-{number}" for number in range(8)]
    with ThreadPoolExecutor(len(names)) as threads:
        list(threads.map(lambda name: supervisor.start(name, SLEEPER), names))
    assert set(read_run_file(supervisor.home)) == {"supervisor", *names}
    supervisor.stop()


def test_what_a_killed_supervisor_left_is_stopped_by_the_next(supervisor: Supervisor) -> None:
    child = supervisor.start("sleeper", SLEEPER)
    after = Supervisor(supervisor.home, {}, supervisor.cwd)
    run_file = supervisor.home.root / "run.json"
    run_file.write_text(
        run_file.read_text().replace('"supervisor"', '"gone"').replace(_own_entry(), "99999999")
    )
    after.stop_leftovers()
    assert child.process.wait(timeout=5) is not None
    assert not run_file.exists()


def _own_entry() -> str:
    return str(psutil.Process().pid)


def test_a_process_that_took_over_a_pid_is_not_taken_for_ours() -> None:
    process = subprocess.Popen(SLEEPER)
    created = psutil.Process(process.pid).create_time()
    assert is_alive({"pid": process.pid, "created": created})
    assert not is_alive({"pid": process.pid, "created": created - 100})
    process.kill()
    process.wait()
    assert not is_alive({"pid": process.pid, "created": created})
