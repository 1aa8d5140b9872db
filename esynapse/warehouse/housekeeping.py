"""Housekeeping: one thread that keeps the lake in order behind the deliveries."""

import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

from esynapse.errors import EsynapseError
from esynapse.warehouse.compaction import merges
from esynapse.warehouse.lake import Lake
from esynapse.warehouse.vacuum import vacuum

COMPACT_SECONDS = 15.0
VACUUM_SECONDS = 300.0
MAX_BACK_OFF_SECONDS = 600.0
"""Between tries of a job that fails; a job whose own period is longer keeps that."""

log = logging.getLogger(__name__)


class Job(NamedTuple):
    """Something to do now and then."""

    run: Callable[[], None]
    seconds: float
    """Pause between the end of one run and the start of the next."""

    @property
    def name(self) -> str:
        return str(getattr(self.run, "__name__", self.run)).strip("_")


class Housekeeper:
    """One thread that does a list of jobs, each in its time: compaction, vacuum and ``jobs``.

    A job that fails is tried again, ever more rarely, and keeps none of the others from running.
    """

    def __init__(
        self,
        lake: Lake,
        jobs: Sequence[Job] = (),
        *,
        compact_seconds: float = COMPACT_SECONDS,
        vacuum_seconds: float = VACUUM_SECONDS,
    ) -> None:
        self.lake = lake
        own = [Job(self._compact, compact_seconds), Job(self._vacuum, vacuum_seconds)]
        self._chores = [_Chore(job) for job in (*own, *jobs)]
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="housekeeper", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Finish the job in hand (of compaction, the merge in hand), then stop."""
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        while True:
            chore = min(self._chores, key=lambda chore: chore.due)
            if self._stopping.wait(max(0.0, chore.due - time.monotonic())):
                return
            chore.attempt()

    def _compact(self) -> None:
        for _ in merges(self.lake):
            if self._stopping.is_set():
                return

    def _vacuum(self) -> None:
        vacuum(self.lake)


class _Chore:
    """A job, when it is due, and how often it has failed since it last went well."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.failures = 0
        self.due = time.monotonic() + job.seconds

    def attempt(self) -> None:
        """Run the job; a failure is logged when it begins and when it is over."""
        try:
            self.job.run()
        except Exception as error:
            self.failures += 1
            if self.failures == 1:
                log.error(
                    "%s failed, nothing is lost, it is tried again until it works: %s",
                    self.job.name,
                    error,
                    exc_info=not isinstance(error, EsynapseError | OSError | sqlite3.Error),
                )
        else:
            if self.failures:
                log.warning("%s works again after %d failures", self.job.name, self.failures)
            self.failures = 0
        longest = max(MAX_BACK_OFF_SECONDS, self.job.seconds)
        self.due = time.monotonic() + min(self.job.seconds * 2.0 ** min(self.failures, 20), longest)
