"""A module of the bench in a process of its own, with JSON lines in and out."""

import json
import subprocess
import sys
import tempfile
from types import TracebackType
from typing import Any, Self

from esynapse.errors import EsynapseError

STOP_SECONDS = 20.0


class Worker:
    """``python -m module '{…}'``, which answers in lines of JSON; leaving ends it."""

    def __init__(self, module: str, **arguments: object) -> None:
        self.module = module
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed in __exit__
        self._process = subprocess.Popen(
            [sys.executable, "-m", module, json.dumps(arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
        )
        self.pid = self._process.pid

    def tell(self, word: object) -> None:
        """Write a line to it."""
        assert self._process.stdin
        self._process.stdin.write(json.dumps(word) + "\n")
        self._process.stdin.flush()

    def hear(self) -> dict[str, Any]:
        """Its next line.

        Raises:
            EsynapseError: it ended without one; the message has its last words.
        """
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            self._process.wait()
            self._errors.seek(0)
            words = self._errors.read().decode(errors="replace").split("\n")
            last = next((word.strip() for word in reversed(words) if word.strip()), "no output")
            raise EsynapseError(f"{self.module} failed: {last}")
        found: dict[str, Any] = json.loads(line)
        return found

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.terminate()
        try:
            self._process.communicate(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()
        self._errors.close()


def answer(**words: object) -> None:
    """Write a line to whoever started this process."""
    sys.stdout.write(json.dumps(words) + "\n")
    sys.stdout.flush()
