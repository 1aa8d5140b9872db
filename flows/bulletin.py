"""Signs of life of the stream in the Prefect UI: a bar, a table of how it stands, a log line.

A thread of their own gives them, so the stream never waits for Prefect's server, nor ends with it.
"""

import contextvars
import threading
from types import TracebackType
from typing import Self, cast
from uuid import UUID

import httpx
from prefect import get_client, get_run_logger
from prefect.artifacts import (
    create_markdown_artifact,
    create_progress_artifact,
    update_progress_artifact,
)
from prefect.client.schemas.actions import ArtifactUpdate
from prefect.exceptions import PrefectException

from esynapse.pipeline.stream import StreamReport
from flows.common import markdown_table

TELL_EVERY = 10.0
"""Seconds between two signs of life."""


class Bulletin:
    """Tells of a run of the streamer while it is open; inside a flow run."""

    def __init__(self, seconds: float, stream_rate: float) -> None:
        """A bulletin of a run that lasts ``seconds``."""
        self.seconds = seconds
        self.stream_rate = stream_rate
        self._report: StreamReport | None = None
        self._closed = threading.Event()
        self._logger = get_run_logger()
        self._bar: UUID | None = None
        self._table: UUID | None = None
        run = contextvars.copy_context().run  # it says which flow run the artifacts belong to
        self._thread = threading.Thread(target=run, args=(self._tell_on,), daemon=True)

    def note(self, report: StreamReport) -> None:
        """How the run stands now; told with the next sign of life."""
        self._report = report

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._closed.set()

    def _tell_on(self) -> None:
        pause = 1.0
        while not self._closed.wait(pause):
            if self._report is None:
                continue
            pause = TELL_EVERY
            try:
                self._tell(self._report)
            except (httpx.HTTPError, PrefectException) as error:
                self._logger.warning("Prefect's server takes no signs of life: %s", error)

    def _tell(self, report: StreamReport) -> None:
        self._logger.info(
            "%d events, %.1f a second, %.1f s behind",
            report.events,
            report.recent_rate,
            report.lag_seconds,
        )
        done = min(report.seconds / self.seconds, 1.0) * 100
        table = markdown_table(
            {
                "events published": report.events,
                "events a second, now": report.recent_rate,
                "seconds behind": report.lag_seconds,
                "traffic multiplied by": self.stream_rate,
                "minutes so far": report.seconds / 60,
            }
        )
        if self._bar is None or self._table is None:
            self._bar = cast(
                UUID, create_progress_artifact(done, key="streamer", description="run time")
            )
            self._table = cast(UUID, create_markdown_artifact(table, key="streamer-now"))
            return
        update_progress_artifact(self._bar, done)
        with get_client(sync_client=True) as client:
            client.update_artifact(self._table, ArtifactUpdate(data=table))
