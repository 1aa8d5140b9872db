"""The supervisor stops everything in order, with all descendants, and says what died."""

import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from esynapse.errors import EsynapseError
from esynapse.home import open_home
from flows.supervisor import Supervisor, is_alive, read_run_file

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


def test_stopping_leaves_no_process_and_no_run_file(supervisor: Supervisor) -> None:
    child = supervisor.start("parent", PARENT)
    grandchildren = descendants(child.process.pid)
    supervisor.stop()
    assert child.process.poll() is not None
    assert not any(p.is_running() and p.status() != "zombie" for p in grandchildren)
    assert read_run_file(supervisor.home) == {}


def test_a_child_that_dies_is_named_with_its_last_words(supervisor: Supervisor) -> None:
    supervisor.start("sleeper", SLEEPER)
    child = supervisor.start("talker", [sys.executable, "-c", "print('no bread'); exit(3)"])
    child.process.wait()
    with pytest.raises(EsynapseError, match=r"talker stopped \(exit code 3: no bread; see"):
        supervisor.check()
    supervisor.stop()


def test_a_command_that_fails_is_named(supervisor: Supervisor) -> None:
    with pytest.raises(EsynapseError, match="deploy failed: no bread"):
        supervisor.run("deploy", [sys.executable, "-c", "print('no bread'); exit(1)"])


def test_a_command_that_ends_well_is_no_crash(supervisor: Supervisor) -> None:
    supervisor.run("deploy", [sys.executable, "-c", "pass"])
    supervisor.check()


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
