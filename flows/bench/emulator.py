"""Google's own Pub/Sub emulator, where gcloud has installed it: a peer to be measured against."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from esynapse.errors import EsynapseError
from flows.bench.ports import free_port

START_SECONDS = 60.0

MISSING = (
    "Google's Pub/Sub emulator is not installed ('gcloud components install pubsub-emulator'; "
    "it needs Java)"
)


@cache
def emulator_command() -> str | None:
    """The program of gcloud's component pubsub-emulator; None where it is not installed."""
    if not shutil.which("gcloud") or not shutil.which("java"):
        return None
    asked = subprocess.run(
        ["gcloud", "info", "--format=value(installation.sdk_root)"],  # noqa: S607
        capture_output=True,
        text=True,
        check=False,
    )
    program = Path(asked.stdout.strip()) / "platform/pubsub-emulator/bin/cloud-pubsub-emulator"
    return str(program) if program.exists() else None


@contextmanager
def google_emulator() -> Iterator[int]:
    """Run the emulator on a free port of 127.0.0.1, which is yielded; it keeps nothing on disk.

    Raises:
        EsynapseError: it is not installed, or does not start.
    """
    program = emulator_command()
    if program is None:
        raise EsynapseError(MISSING)
    port = free_port()
    process = subprocess.Popen(
        [program, "--host=127.0.0.1", f"--port={port}"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait(process, port)
        yield port
    finally:
        process.terminate()
        process.wait()


def _wait(process: "subprocess.Popen[bytes]", port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise EsynapseError("Google's Pub/Sub emulator did not start")
