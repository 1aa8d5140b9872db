"""The supervisor: starts the processes of the local target and stops them in order.

A service that dies is started again (:mod:`.restarts`); if that does not help, everything ends.
"""

import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from esynapse.errors import EsynapseError
from esynapse.home import Home, read_json, write_json
from flows.restarts import FIRST_REST, MOST, WITHIN, Restarts

STOP_TIMEOUT = 20.0
"""Seconds a child gets to end by itself after SIGTERM."""
MARK = "ESYNAPSE_CHILD"
"""Variable that says whose child a process is; its own children have it too."""


@dataclass
class Child:
    """One process and its log; a service gets a new process when its own dies."""

    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes]
    log: Path
    is_service: bool = True
    """Whether it is meant to run until it is stopped."""
    restarts: Restarts = field(default_factory=Restarts)
    start_at: float | None = None
    """When it is started again (time.monotonic), if it is dead."""

    def how_it_died(self) -> str:
        code = self.process.returncode
        how = f"signal {-code}" if code < 0 else f"exit code {code}: {self.last_words()}"
        return f"{self.name} stopped ({how}; see {self.log})"

    def last_words(self) -> str:
        """The last line of its log that says something."""
        lines = [line.strip() for line in self.log.read_text(errors="replace").splitlines()]
        return next((line for line in reversed(lines) if line), "it said nothing")


class Supervisor:
    """The children of one ``esynapse up``."""

    def __init__(
        self,
        home: Home,
        environment: Mapping[str, str],
        cwd: Path,
        *,
        tell: Callable[[str], None] = lambda line: None,  # noqa: ARG005
        first_rest: float = FIRST_REST,
    ) -> None:
        """A supervisor that tells its person, line by line, what died and was started again."""
        self.home = home
        self.environment = {**os.environ, **environment}
        self.cwd = cwd
        self.tell = tell
        self.first_rest = first_rest
        self.children: list[Child] = []
        self._is_stopped = False
        self._changing = threading.Lock()  # the deployment starts its commands in its own thread

    def start(self, name: str, command: Sequence[str], *, is_service: bool = True) -> Child:
        """Start ``command`` in a session of its own: Ctrl-C reaches the supervisor alone.

        Raises:
            EsynapseError: the supervisor has stopped; nothing would stop what starts now.
        """
        log = self.home.logs / f"{name}.log"
        with self._changing:
            if self._is_stopped:
                raise EsynapseError(f"{name} is not started: everything is being stopped")
            process = self._spawn(name, command, log)
            child = Child(name, command, process, log, is_service, Restarts(self.first_rest))
            self.children.append(child)
            self._write_run_file()
        return child

    def run(self, name: str, command: Sequence[str]) -> None:
        """Run ``command`` to its end. Raises EsynapseError with its last words if it fails."""
        child = self.start(name, command, is_service=False)
        code = child.process.wait()
        with self._changing:
            if child in self.children:
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
        """Start services that died again, each after a rest.

        Raises:
            EsynapseError: one died too often.
        """
        with self._changing:
            for child in [each for each in self.children if each.is_service]:
                if child.start_at is None:
                    if child.process.poll() is not None:
                        self._note_death(child)
                elif time.monotonic() >= child.start_at:
                    child.start_at = None
                    child.process = self._spawn(child.name, child.command, child.log)
                    self.tell(f"{child.name} was started again")
                    self._write_run_file()

    def stop(self) -> None:
        """Stop the children, the last started first, each with all its descendants."""
        with self._changing:
            self._is_stopped = True
            children, self.children = self.children, []
        for child in reversed(children):
            if child.process.poll() is None:
                stop_tree(child.process.pid)
                child.process.wait()
            stop_all(self._left_of(child.name))
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

    def _note_death(self, child: Child) -> None:
        """Plan the new start, and stop what the dead one left behind (a worker's runs, say)."""
        rest = child.restarts.rest_after_death(time.monotonic())
        if rest is None:
            raise EsynapseError(
                f"{child.how_it_died()}, {MOST + 1} times within {WITHIN / 60:.0f} minutes; "
                "everything else was stopped too, 'esynapse up' goes on from here"
            )
        self.tell(f"{child.how_it_died()}; it is started again in {rest:.0f} s")
        stop_all(self._left_of(child.name))
        child.start_at = time.monotonic() + rest
        self._write_run_file()

    def _spawn(self, name: str, command: Sequence[str], log: Path) -> "subprocess.Popen[bytes]":
        with log.open("ab") as sink:
            return subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=sink,
                env={**self.environment, MARK: self._mark(name)},
                cwd=self.cwd,
                start_new_session=True,
            )

    def _mark(self, name: str) -> str:
        return f"{os.getpid()} {name}"

    def _left_of(self, name: str) -> list[psutil.Process]:
        """The processes that descend from a child, though it is dead and they have new parents."""
        return [each for each in psutil.process_iter() if _mark_of(each) == self._mark(name)]

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
    stop_all(family)


def stop_all(processes: Sequence[psutil.Process]) -> None:
    """SIGTERM to those that still run, SIGKILL to what is left after a while."""
    for process in processes:
        if process.is_running():
            _signal(process, signal.SIGTERM)
    _, alive = psutil.wait_procs(processes, timeout=5)
    for process in alive:
        _signal(process, signal.SIGKILL)
    psutil.wait_procs(alive, timeout=5)


def _signal(process: psutil.Process, number: int) -> None:
    try:
        process.send_signal(number)
    except psutil.NoSuchProcess:
        return


def _mark_of(process: psutil.Process) -> str | None:
    try:
        return process.environ().get(MARK)
    except psutil.Error:  # it has just ended, or is somebody else's
        return None


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
