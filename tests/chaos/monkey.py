"""The monkey: keeps processes running and ends each of them again and again, at random moments.

A seed fixes for every life of every process how it is to end: by which signal, whether already
while it starts, and how long after it was first seen to work. What else happens at that moment is
up to the machine, so a failure comes again with its seed most often, not always.
"""

import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.end_to_end.conftest import Pipeline

EARLY_SHARE = 0.2
"""Of lives that end while the process starts."""
FEW = 6
"""Lives of a process that chance alone would often spend on starts: the first of them does not end
while it starts, nor do two in a row."""
START_SECONDS = 2.0
"""Within which those end."""
TERM_SHARE = 0.2
"""Of lives that end by SIGTERM instead of SIGKILL."""
STANDSTILL_SECONDS = 120.0
"""Without any progress, or to stop after SIGTERM."""
TICK = 0.03


@dataclass(frozen=True)
class End:
    """How a life of a process ended."""

    name: str
    how: str
    """SIGKILL, SIGTERM or 'done'."""
    seconds: float
    worked: bool
    """Whether it had done any of its work in this life."""
    landed: int
    """Rows that came into the lake meanwhile."""

    @property
    def is_kill(self) -> bool:
        return self.how != "done"

    def __str__(self) -> str:
        doing = "at work" if self.worked else "starting"
        return (
            f"{self.name:<9} {self.how:<7} {doing:<8} {self.seconds:5.1f} s, {self.landed:6} rows"
        )


class Victim:
    """A process that is started again whenever it ends.

    Args:
        command: its log is called after the last word.
        progress: grows while the process works.
        landed: grows with the rows in the lake.
        span: seconds; a life ends at most so long after it was first seen to work.
        rest: seconds; it is started again at most so long after it ended.
        ends: whether it comes to an end by itself; if so, its first life is left to.
    """

    def __init__(
        self,
        pipeline: Pipeline,
        name: str,
        command: Sequence[str],
        *,
        progress: Callable[[], int],
        landed: Callable[[], int],
        seed: int,
        span: float,
        rest: float = 0.0,
        ends: bool = False,
    ) -> None:
        self.pipeline, self.name, self.command = pipeline, name, command
        self.progress, self.landed = progress, landed
        self.span, self.rest, self.ends = span, rest, ends
        self.lives: list[End] = []
        self._was_early = True
        self._random = random.Random(f"{seed}/{name}")
        self.start()

    @property
    def kills(self) -> int:
        return sum(life.is_kill for life in self.lives)

    @property
    def log(self) -> str:
        """Whatever it has said, in all its lives."""
        name = f"{Path(self.command[-1]).name}.log"
        return (self.pipeline.home.parent / name).read_text(errors="replace")

    @property
    def works(self) -> bool:
        """Whether it has done any of its work in this life."""
        return self.progress() > self._progress

    def start(self) -> None:
        self.process = self.pipeline.start(sys.executable, *self.command)
        self._began = time.monotonic()
        self._progress, self._landed = self.progress(), self.landed()
        self._sent: signal.Signals | None = None
        is_term, is_early = (self._random.random() < s for s in (TERM_SHARE, EARLY_SHARE))
        self._was_early = is_early = is_early and not (self._was_early and len(self.lives) < FEW)
        self._signal = signal.SIGTERM if is_term else signal.SIGKILL
        self._share = self._random.random()
        self._again: float | None = None
        self._due = self._began + self._share * START_SECONDS if is_early else None

    def look(self) -> None:
        """End the life if its time has come; begin the next one if it has ended."""
        now = time.monotonic()
        if self._again is not None:
            if now >= self._again:
                self.start()
        elif (code := self.process.poll()) is not None:
            self._note_end(code)
            self._again = now + self._random.random() * self.rest
        elif self._sent or (self.ends and not self.lives):
            assert now - self._began < STANDSTILL_SECONDS, f"{self.name} does not end"
        elif self._due is None:
            if self.works:
                self._due = now + self._share * self.span
            assert now - self._began < STANDSTILL_SECONDS, f"{self.name} stands still"
        elif now >= self._due:
            self._send(self._signal)

    def spare(self) -> None:
        """Have it live, and end it no more."""
        if self._sent and self._again is None:
            self._note_end(self.process.wait(STANDSTILL_SECONDS))
        if self._sent or self._again is not None:
            self.start()

    def stop(self, number: signal.Signals) -> None:
        """End it for good; after SIGTERM it must end in order."""
        self._send(number)
        self._note_end(self.process.wait(STANDSTILL_SECONDS))

    def _send(self, number: signal.Signals) -> None:
        self._sent, self._worked = number, self.works
        self.process.send_signal(number)

    def _note_end(self, code: int) -> None:
        worked = self._worked if self._sent else self.works
        assert code in self._allowed(worked), f"{self.name} ended with {code}: {self.log[-2000:]}"
        how = self._sent.name if self._sent and not (self.ends and code == 0) else "done"
        seconds, landed = time.monotonic() - self._began, self.landed() - self._landed
        self.lives.append(End(self.name, how, seconds, worked, landed))

    def _allowed(self, worked: bool) -> set[int]:
        """Exit codes with which this life may end."""
        if self._sent is None:
            return {0} if self.ends else set()
        if self._sent == signal.SIGTERM and worked and not self.ends:
            return {0}
        return {0, -self._sent}  # what is just starting does not listen yet; what ends may be ready


def rage(victims: Sequence[Victim], kills: int) -> None:
    """Let them live and die until there were ``kills`` in all, a fair share of them each."""
    share = kills // (2 * len(victims))
    while sum(v.kills for v in victims) < kills or any(v.kills < share for v in victims):
        for victim in victims:
            victim.look()
        time.sleep(TICK)


def report(lives: Sequence[End]) -> str:
    """What happened, for a person."""
    counts = Counter((life.name, life.how, life.worked) for life in lives)
    sums = [
        f"{count:3} x {name} {how} {'at work' if worked else 'while it started'}"
        for (name, how, worked), count in sorted(counts.items())
    ]
    return "\n".join([*map(str, lives), *sums])


def wait_for(
    condition: Callable[[], object], what: str, *, seconds: float = STANDSTILL_SECONDS
) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"{what}: it did not come true in time"
        time.sleep(0.1)
