"""Small disks, a clock that can be moved, and commands with what they said."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from esynapse.home import Home
from esynapse.settings import Settings
from esynapse.warehouse.lake import Lake
from tests.ingest.conftest import home, listens, publisher, server, settings, subscriber, wait_until

__all__ = ["home", "publisher", "server", "settings", "subscriber"]


@dataclass(frozen=True)
class Disk:
    """A file system of its own."""

    root: Path

    @property
    def home(self) -> Path:
        return self.root / "home"

    def fill(self, spare: int = 0) -> Path:
        """Leave ``spare`` bytes, in pages of 4 KB; the file to delete for room."""
        ballast = self.root / "ballast"
        free = shutil.disk_usage(self.root).free
        with ballast.open("wb") as sink:
            os.posix_fallocate(sink.fileno(), 0, free - spare)
        assert shutil.disk_usage(self.root).free == spare
        return ballast

    def remount(self, options: str) -> None:
        subprocess.run(["mount", "-o", f"remount,{options}", str(self.root)], check=True)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    """A disk of 64 MB in memory; the test is skipped where none may be mounted."""
    root = tmp_path / "disk"
    root.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(root)]
    if os.geteuid() or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("only root may mount a small disk")
    yield Disk(root)
    subprocess.run(["umount", "--lazy", str(root)], check=True)


class Running:
    """A server in a process of its own, and what it said so far."""

    def __init__(self, settings: Settings, log: Path) -> None:
        self.settings, self._log = settings, log
        arguments = ["--home", str(settings.home), "--port", str(settings.pubsub_port)]
        with log.open("wb") as sink:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "esynapse.ingest.pubsub", *arguments], stderr=sink
            )
        wait_until(lambda: listens(settings) or self.process.poll() is not None)

    @property
    def log(self) -> str:
        return self._log.read_text()


@pytest.fixture
def start_server(tmp_path: Path) -> Iterator[Callable[[Settings], Running]]:
    started: list[Running] = []

    def start(settings: Settings) -> Running:
        started.append(Running(settings, tmp_path / f"server-{len(started)}.log"))
        return started[-1]

    yield start
    for running in started:
        running.process.kill()
        running.process.wait()


def esynapse(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "flows.cli", *map(str, arguments)],
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
        timeout=240,
    )


def assert_one_line(result: subprocess.CompletedProcess[str], *words: str) -> None:
    """It ended with code 2 and said why in one line."""
    assert result.returncode == 2, result.stderr
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    assert line.startswith("esynapse: ")
    for word in words:
        assert word in line


def landed_ids(home: Home) -> list[str]:
    """The event ids in live_events, in order, repeated as often as they are there."""
    found = Lake(home).query("select event_id from live_events order by 1")
    return found["event_id"].to_pylist()
