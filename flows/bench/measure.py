"""Run a command and watch the memory of its processes, and what they read."""

import os
import subprocess
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from esynapse.errors import EsynapseError

SAMPLE_EVERY = 0.1
"""Seconds between two looks at the memory of the processes."""


@dataclass(frozen=True)
class Measured:
    """One command, run to its end."""

    seconds: float
    peak_memory_mb: float
    """Largest resident memory of any one of its processes, in MB (10^6 bytes)."""
    peak_together_mb: float
    """Most that all of its processes held at a time, in MB; what they share counts for each."""
    read_mb: float
    """What its processes read from files, disk or cache, in MB; up to the last look at them."""
    output: str
    """What it wrote to standard output and standard error."""


@dataclass(frozen=True)
class Figure:
    """How long something took to make events (or rows), and the memory it took."""

    what: str
    events: int
    seconds: float
    peak_memory_mb: float

    @property
    def rate(self) -> float:
        """Events a second."""
        return self.events / self.seconds


def run_measured(command: Sequence[str], *, folder: Path | None = None) -> Measured:
    """Run ``command`` (in ``folder``, default: here) and watch its process tree.

    Raises:
        EsynapseError: it failed; the message has its last line.
    """
    started = time.monotonic()
    environment = {k: v for k, v in os.environ.items() if not k.startswith("ESYNAPSE_")}
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            command, stdout=output, stderr=subprocess.STDOUT, env=environment, cwd=folder
        )
        watch = Watch(process.pid)
        code = process.wait()
        seconds = time.monotonic() - started
        peak = watch.stop()
        output.seek(0)
        text = output.read().decode(errors="replace").strip()
    if code:
        lines = text.splitlines() or ["no output"]
        raise EsynapseError(f"{' '.join(command)} failed: {lines[-1]}")
    return Measured(seconds, peak / 1e6, watch.together / 1e6, watch.read / 1e6, text)


def cpu_seconds(pid: int) -> float:
    """Processor time that a process and its living descendants have used."""
    root = psutil.Process(pid)
    times = [process.cpu_times() for process in (root, *root.children(recursive=True))]
    return sum(time.user + time.system for time in times)


class Watch:
    """Watches a tree of processes until ``stop``: their resident memory, and what they read."""

    def __init__(self, pid: int) -> None:
        self.root = psutil.Process(pid)
        self.peak = 0
        """Most bytes that any one process held at any look."""
        self.together = 0
        """Most bytes that all held at any look."""
        self.read = 0
        """Most bytes that all had read at any look; a parent's count has its dead children's."""
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self) -> int:
        """Stop, and tell the largest memory of any one process, in bytes."""
        self._done.set()
        self._thread.join()
        return self.peak

    def _watch(self) -> None:
        while not self._done.wait(SAMPLE_EVERY):
            try:
                family = [self.root, *self.root.children(recursive=True)]
            except psutil.NoSuchProcess:
                continue
            held = read = 0
            for process in family:
                try:
                    resident = process.memory_info().rss
                    self.peak, held = max(self.peak, resident), held + resident
                    if hasattr(process, "io_counters"):  # not on macOS
                        read += process.io_counters().read_chars
                except (psutil.NoSuchProcess, psutil.AccessDenied):
                    continue  # it has just ended
            self.together, self.read = max(self.together, held), max(self.read, read)
