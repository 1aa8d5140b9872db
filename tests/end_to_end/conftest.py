"""The real command line, in processes of its own, on a home and ports of its own."""

import json
import os
import socket
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from flows.supervisor import stop_tree


@dataclass
class Pipeline:
    """One home and the environment that its commands run in."""

    home: Path
    environment: dict[str, str]
    started: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def run(self, *arguments: str, timeout: float = 240) -> str:
        """Run a command to its end; its standard output. Fails the test if it fails."""
        done = subprocess.run(
            [sys.executable, "-m", "flows.cli", *arguments],
            capture_output=True,
            text=True,
            env=self.environment,
            timeout=timeout,
        )
        assert done.returncode == 0, f"{arguments}: {done.stderr[-2000:]}"
        return done.stdout.strip()

    def start(self, *command: str) -> subprocess.Popen[bytes]:
        """Start a process that runs on; its output goes to the home's logs."""
        log = (self.home.parent / f"{Path(command[-1]).name}.log").open("ab")
        process = subprocess.Popen(command, env=self.environment, stdout=log, stderr=log)
        self.started.append(process)
        return process

    def stop(self) -> None:
        """Stop what is left of the started processes, however the test ended."""
        for process in self.started:
            stop_tree(process.pid)
            process.wait()

    def query(self, sql: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(self.run("query", sql, "--json"))
        return found

    def status(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.run("status", "--json"))
        return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def make_pipeline(folder: Path, **settings: object) -> Pipeline:
    ports = {f"ESYNAPSE_{n}_PORT": str(free_port()) for n in ("PUBSUB", "PREFECT", "DASHBOARD")}
    chosen = {f"ESYNAPSE_{name.upper()}": str(value) for name, value in settings.items()}
    home = folder / "home"
    return Pipeline(home, {**os.environ, **ports, **chosen, "ESYNAPSE_HOME": str(home)})


@pytest.fixture(scope="session")
def week(tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    """Seven days of a small shop, brought up once; tests may add to it, never break it."""
    pipeline = make_pipeline(tmp_path_factory.mktemp("week"), days=7, scale=0.1)
    pipeline.run("up", "--once")
    return pipeline
