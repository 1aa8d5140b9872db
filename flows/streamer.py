"""streamer: the live traffic of the shop, in runs that follow on from one another."""

import signal
import threading
from datetime import timedelta
from types import FrameType
from typing import cast
from uuid import UUID

from prefect import flow, get_run_logger
from prefect.artifacts import create_progress_artifact, update_progress_artifact

from esynapse.ingest.provision import provision
from esynapse.pipeline.stream import StreamReport, stream
from esynapse.settings import load_settings
from flows.common import publish_result

STOP = threading.Event()
TELL_EVERY = 10.0
"""Seconds between two signs of life in the Prefect UI."""


@flow(name="streamer", retries=3, retry_delay_seconds=5)
def streamer_flow(minutes: float = 60) -> None:
    """Publish the shop's events to Pub/Sub as their time comes.

    Begins where the last run ended, whatever ended it, and catches up at full speed.

    Args:
        minutes: how long this run lasts.
    """
    _stop_on_signals()
    settings = load_settings()
    provision(settings)
    logger = get_run_logger()
    artifact = cast(
        UUID, create_progress_artifact(progress=0.0, key="streamer", description="run time")
    )
    told = 0.0

    def progress(report: StreamReport) -> None:
        nonlocal told
        if report.seconds - told >= TELL_EVERY:
            told = report.seconds
            logger.info(
                "%d events, %.1f a second, %.1f s behind",
                report.events,
                report.rate,
                report.lag_seconds,
            )
            update_progress_artifact(artifact, min(report.seconds / (minutes * 60), 1.0) * 100)

    report = stream(settings, duration=timedelta(minutes=minutes), stop=STOP, progress=progress)
    publish_result(
        "streamer-run",
        "Stream",
        {
            "events published": report.events,
            "events a second": report.rate,
            "seconds": report.seconds,
            "seconds behind at the end": report.lag_seconds,
        },
    )


def main() -> None:
    """Run the flow over and over, without a gap, until SIGTERM or Ctrl-C."""
    _stop_on_signals()
    while not STOP.is_set():
        streamer_flow(minutes=load_settings().stream_minutes)


def _stop_on_signals() -> None:
    """End at the next look at the clock, flushed; Prefect's own handler would break a publish."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, _stop)
        signal.signal(signal.SIGINT, _stop)


def _stop(signum: int, frame: FrameType | None) -> None:  # noqa: ARG001
    STOP.set()


if __name__ == "__main__":
    main()
