"""The supervisor: starts the processes of the local target, watches them, stops them in order."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from esynapse.errors import EsynapseError
from esynapse.home import Home, read_json, write_json

STOP_TIMEOUT = 20.0
"""Seconds a child gets to end by itself after SIGTERM."""


@dataclass
class Child:
    """One process and its log."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path
    is_service: bool = True
    """Whether it is meant to run until it is stopped."""

    def last_words(self) -> str:
        """The last line of its log that says something."""
        lines = [line.strip() for line in self.log.read_text(errors="replace").splitlines()]
        return next((line for line in reversed(lines) if line), "it said nothing")


class Supervisor:
    """The children of one ``esynapse up``."""

    def __init__(self, home: Home, environment: Mapping[str, str], cwd: Path) -> None:
        self.home = home
        self.environment = {**os.environ, **environment}
        self.cwd = cwd
        self.children: list[Child] = []

    def start(self, name: str, command: Sequence[str], *, is_service: bool = True) -> Child:
        """Start ``command`` in a session of its own: Ctrl-C reaches the supervisor alone."""
        log = self.home.logs / f"{name}.log"
        with log.open("ab") as sink:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=sink,
                env=self.environment,
                cwd=self.cwd,
                start_new_session=True,
            )
        child = Child(name, process, log, is_service)
        self.children.append(child)
        self._write_run_file()
        return child

    def run(self, name: str, command: Sequence[str]) -> None:
        """Run ``command`` to its end. Raises EsynapseError with its last words if it fails."""
        child = self.start(name, command, is_service=False)
        code = child.process.wait()
        self.children.remove(child)
        if code:
            raise EsynapseError(f"{name} failed: {child.last_words()} (see {child.log})")

    def wait_for(self, child: Child, ready: Callable[[], bool], timeout: float) -> None:
        """Wait until ``ready``.

        Raises:
            EsynapseError: a child ended, or ``timeout`` seconds passed.
        """
        deadline = time.monotonic() + timeout
        while not ready():
            self.check()
            if time.monotonic() > deadline:
                raise EsynapseError(
                    f"{child.name} is not ready after {timeout:.0f} s (see {child.log})"
                )
            time.sleep(0.2)

    def check(self) -> None:
        """Raises EsynapseError if a service has ended."""
        for child in list(self.children):
            code = child.process.poll()
            if child.is_service and code is not None:
                how = f"signal {-code}" if code < 0 else f"exit code {code}: {child.last_words()}"
                raise EsynapseError(
                    f"{child.name} stopped ({how}; see {child.log}); "
                    "everything else was stopped too, 'esynapse up' goes on from here"
                )

    def stop(self) -> None:
        """Stop the children, the last started first, each with all its descendants."""
        for child in reversed(self.children):
            stop_tree(child.process.pid)
            child.process.wait()
        self.children.clear()
        self._run_path.unlink(missing_ok=True)

    def stop_leftovers(self) -> None:
        """Stop what a supervisor that was killed left running on this home."""
        if not self._run_path.exists():
            return
        for entry in read_run_file(self.home).values():
            if is_alive(entry):
                stop_tree(int(entry["pid"]))
        self._run_path.unlink(missing_ok=True)

    @property
    def _run_path(self) -> Path:
        return self.home.root / "run.json"

    def _write_run_file(self) -> None:
        entries: dict[str, object] = {"supervisor": _entry(os.getpid())}
        for child in self.children:
            if child.process.poll() is None:
                entries[child.name] = _entry(child.process.pid)
        write_json(self._run_path, entries)


def stop_tree(pid: int) -> None:
    """SIGTERM to the process and its descendants, SIGKILL to what is left after a while."""
    try:
        parent = psutil.Process(pid)
        family = [*parent.children(recursive=True), parent]
        parent.terminate()
        psutil.wait_procs([parent], timeout=STOP_TIMEOUT)
    except psutil.NoSuchProcess:
        return
    for process in family:
        if process.is_running():
            _signal(process, signal.SIGTERM)
    _, alive = psutil.wait_procs(family, timeout=5)
    for process in alive:
        _signal(process, signal.SIGKILL)
    psutil.wait_procs(alive, timeout=5)


def _signal(process: psutil.Process, number: int) -> None:
    try:
        process.send_signal(number)
    except psutil.NoSuchProcess:
        return


def _entry(pid: int) -> dict[str, float]:
    return {"pid": pid, "created": psutil.Process(pid).create_time()}


def read_run_file(home: Home) -> dict[str, dict[str, float]]:
    """The processes of the running ``up``: name → pid and start time; empty if none runs."""
    path = home.root / "run.json"
    return read_json(path) if path.exists() else {}


def is_alive(entry: Mapping[str, float]) -> bool:
    """Whether the process of a run file's entry still runs (and is not another with its pid)."""
    try:
        process = psutil.Process(int(entry["pid"]))
        return abs(process.create_time() - entry["created"]) < 1 and process.status() != "zombie"
    except psutil.NoSuchProcess:
        return False


def is_listening(host: str, port: int) -> bool:
    """Whether something accepts connections there."""
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex((host, port)) == 0
