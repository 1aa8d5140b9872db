"""streamer: the live traffic of the shop, in runs that follow on from one another."""

import logging
import sys
import threading
from datetime import UTC, datetime, timedelta

from google.api_core.exceptions import GoogleAPIError
from prefect import flow, get_run_logger
from prefect.context import FlowRunContext
from prefect.exceptions import TerminationSignal
from prefect.runtime import flow_run

from esynapse.errors import EsynapseError
from esynapse.pipeline.stream import stream
from esynapse.settings import load_settings
from esynapse.signals import stop_on_signals, wait_for_stop
from flows.bulletin import Bulletin
from flows.common import publish_result
from flows.slots import SHOP, holding

STOP = threading.Event()
FIRST_REST, LONGEST_REST = 1.0, 60.0
"""Seconds until the loop runs the flow again after one, and after many, failures in a row."""

log = logging.getLogger(__name__)


@flow(name="streamer", retries=3, retry_delay_seconds=5)
def streamer_flow(minutes: float = 60, rate: float | None = None) -> None:
    """Publish the shop's events to Pub/Sub as their time comes.

    Begins where the last run ended, whatever ended it, and catches up at full speed. A run that a
    schedule has started ends ``minutes`` after the moment it was scheduled for, however late it
    began, so that the next one, which waits by then, takes over and none piles up.

    Args:
        minutes: how long this run lasts.
        rate: what the shop's live traffic is multiplied by [default: the setting stream_rate].
    """
    stop_on_signals(STOP)  # Prefect's own handler would break a publish
    settings = load_settings(stream_rate=rate)
    duration = time_left(minutes, scheduled_start(), datetime.now(UTC))
    if not duration:
        get_run_logger().info("the time of this run is over: the next one publishes")
        return
    with (
        holding(settings, SHOP),
        Bulletin(duration.total_seconds(), settings.stream_rate) as bulletin,
    ):
        report = stream(settings, duration=duration, stop=STOP, progress=bulletin.note)
    publish_result(
        "streamer-run",
        "Stream",
        {
            "events published": report.events,
            "events a second": report.rate,
            "traffic multiplied by": settings.stream_rate,
            "seconds": report.seconds,
            "seconds behind at the end": report.lag_seconds,
        },
    )


def scheduled_start() -> datetime | None:
    """When the schedule meant this run to start; None if no schedule started it."""
    context = FlowRunContext.get()
    if context is None or context.flow_run is None or not context.flow_run.auto_scheduled:
        return None
    scheduled: datetime = flow_run.scheduled_start_time
    return scheduled


def time_left(minutes: float, scheduled: datetime | None, now: datetime) -> timedelta:
    """How long a run of ``minutes`` that begins ``now`` goes on; nothing if its time is over."""
    whole = timedelta(minutes=minutes)
    return whole if scheduled is None else max(scheduled + whole - now, timedelta(0))


def main() -> None:
    """Run the flow over and over, without a gap, until SIGTERM or Ctrl-C.

    A run that failed is followed by the next after a rest, unless no later one could do better.
    """
    stop_on_signals(STOP)
    rest = FIRST_REST
    while not STOP.is_set():
        try:
            streamer_flow(minutes=load_settings().stream_minutes)
            rest = FIRST_REST
        except TerminationSignal:  # SIGTERM while Prefect begins or ends a run
            return
        except Exception as error:  # noqa: BLE001 - the stream goes on, whatever ended a run
            if is_for_a_person(error):
                sys.exit(f"streamer: {error}")
            log.warning("a run failed (%s); the next one begins in %.0f s", error, rest)
            wait_for_stop(STOP, rest)
            rest = min(2 * rest, LONGEST_REST)


def is_for_a_person(error: Exception) -> bool:
    """Whether it stays until somebody mends it: an error of ours, not caused by the service."""
    by_service = isinstance(error.__cause__, GoogleAPIError | TimeoutError)
    return isinstance(error, EsynapseError) and not by_service


if __name__ == "__main__":
    main()
