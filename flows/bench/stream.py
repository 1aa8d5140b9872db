"""`esynapse bench stream`: our stream beside Google's emulator and the client library's limit.

One after the other each service runs alone, is warmed up, and takes the same events from the same
publisher: at set rates for the latency, at full speed for the events a second.
"""

import os
import platform
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import psutil
import pyarrow as pa

from esynapse.progress import Progress, silent
from esynapse.settings import Settings
from flows.bench.emulator import MISSING, emulator_command
from flows.bench.measure import Watch, cpu_seconds
from flows.bench.stream_catchup import catch_up
from flows.bench.stream_figures import Load, Sent, Trial, cost_table, speed_table
from flows.bench.stream_process import Worker
from flows.bench.stream_pull import PULL_MESSAGES, STREAMS
from flows.bench.stream_services import (
    DRAIN_SECONDS,
    GOOGLE,
    LIMIT,
    WAYS,
    Service,
    address,
    google,
    limit,
    ours,
)

PUBLISHERS = 2
"""At full speed one publisher alone takes a core, and is then what limits; so two are tried too."""
WARM_UP = 3.0
"""Seconds at full speed that do not count: connections open, and Java compiles."""
BUSY = 0.9
"""Share of a core from which the publisher is the bottleneck."""


NOTES = (
    "every service runs alone, warmed up; the publisher and the subscriber are processes of their "
    "own, the same for all, and events are encoded as they are published",
    "events/s: from the first publish to the last arrival; p50 and p99: from event_timestamp, the "
    "moment an event is due or handed to the publisher, to its arrival",
    "an event of ours arrives when another process sees its file in the lake's catalog (looked at "
    "every 5 ms); with Google's emulator, when the subscriber's callback or call has it",
    f"streaming pull: SubscriberClient.subscribe with its default flow control, {STREAMS} streams, "
    "since the emulator gives each 100 messages every 50 ms, and each message acknowledged by "
    f"itself; unary pull: {PULL_MESSAGES:,} messages at a time, acknowledged in one call; into the "
    "lake: the same, decoded and written as ours are, once a second, and then acknowledged",
    "'of Google's': beside the fastest of these under the same load; the limit answers Publish "
    "with ids and forgets, so it is what the publishers can do, encoding included",
    "catching up includes the start of the streamer, and simulates, encodes and publishes in one "
    "process; how late its events are says nothing",
    "server CPU of ours includes writing the lake; CPU seconds are for 100,000 events",
)


class Bench(NamedTuple):
    """The outcome, to be printed."""

    speed: pa.Table
    cost: pa.Table
    notes: list[str]


def bench_stream(
    settings: Settings,
    *,
    rates: Sequence[int],
    seconds: float,
    sustained: float,
    progress: Progress = silent,
) -> Bench:
    """Measure.

    Args:
        settings: the shop whose events are published.
        rates: events a second at which latency is measured, each for ``seconds``.
        sustained: seconds at full speed, for events a second.
    """
    full = [Load(None, sustained), Load(None, sustained, PUBLISHERS)]
    loads = [*(Load(rate, seconds) for rate in sorted(set(rates))), *full]
    contexts = [(ours(settings), loads)]
    if emulator_command():
        contexts += [(google(settings, way), loads) for way in WAYS]
    contexts.append((limit(settings), full))
    trials: list[Trial] = []
    busy = os.getloadavg()[0]
    steps = sum(len(todo) for _, todo in contexts) + 1

    for context, todo in contexts:
        with context as service:
            measure(service, Load(None, min(WARM_UP, sustained)))
            for load in todo:
                trials.append(measure(service, load))
                progress(len(trials), steps, f"{service.what}, {load}")
    trials.append(catch_up(settings, sustained))
    progress(len(trials), steps, trials[-1].what)
    return _bench(trials, busy)


def measure(service: Service, load: Load) -> Trial:
    """Put ``load`` on the service and wait until all has arrived."""
    rate = load.rate and load.rate // load.publishers
    options = {**address(service.settings), "rate": rate, "seconds": load.seconds}
    with service.receiver() as receiver, ExitStack() as stack:
        publishers = [
            stack.enter_context(Worker("flows.bench.stream_load", **options))
            for _ in range(load.publishers)
        ]
        for publisher in publishers:
            publisher.hear()
        watch, spent = Watch(service.pid), cpu_seconds(service.pid)
        for publisher in publishers:
            publisher.tell("go")
        sent = Sent.together([Sent(**publisher.hear()) for publisher in publishers])
        received = receiver.wait(sent, DRAIN_SECONDS)
        spent = cpu_seconds(service.pid) - spent
        return Trial(service.what, load, sent, received, spent, watch.stop() / 1e6)


def _bench(trials: Sequence[Trial], busy: float) -> Bench:
    speed = speed_table(trials, _fastest(trials, GOOGLE), _fastest(trials, LIMIT))
    if not any(trial.what.startswith(GOOGLE) for trial in trials):
        missing = {name: MISSING if name == "what" else None for name in speed.column_names}
        speed = pa.concat_tables([speed, pa.Table.from_pylist([missing], speed.schema)])
    return Bench(speed, cost_table(trials), _notes(trials, busy))


def _fastest(trials: Sequence[Trial], whose: str) -> dict[Load, float]:
    """The best rate of ``whose``, for each load at full speed."""
    found: dict[Load, float] = {}
    for trial in trials:
        if trial.what.startswith(whose) and not trial.load.rate:
            found[trial.load] = max(found.get(trial.load, 0.0), trial.rate)
    return found


def _notes(trials: Sequence[Trial], busy: float) -> list[str]:
    machine = f"{os.cpu_count()} cores, {psutil.virtual_memory().total / 1e9:.0f} GB"
    packages = ", ".join(f"{name} {version(name)}" for name in ("google-cloud-pubsub", "grpcio"))
    notes = [
        f"{datetime.now(UTC):%F}, {machine}, Python {platform.python_version()}, {packages}; "
        f"load average before: {busy:.1f}",
        *NOTES,
        f"ours is on {_file_system(tempfile.gettempdir())}; what it acknowledged is on the disk, "
        "Google's emulator keeps everything in memory",
    ]
    for trial in trials:
        received, sent = trial.received, trial.sent
        where = f"{trial.what}, {trial.load}"
        if received.events != sent.events:
            notes.append(
                f"{where}: {received.events:,} of {sent.events:,} events arrived within "
                f"{DRAIN_SECONDS:.0f} s of the last publish"
            )
        if received.repeats:
            notes.append(f"{where}: {received.repeats:,} events arrived more than once")
        if trial.load.publishers == 1 and sent.share_of_a_core >= BUSY:
            notes.append(
                f"{where}: the publisher, at {sent.share_of_a_core:.0%} of a core, "
                "is the bottleneck"
            )
    return notes


def _file_system(path: str) -> str:
    """Kind of the file system that ``path`` lies on: a commit on tmpfs is not on any disk."""
    mounts = [
        p for p in psutil.disk_partitions(all=True) if Path(path).is_relative_to(p.mountpoint)
    ]
    return str(max(mounts, key=lambda mount: len(mount.mountpoint)).fstype)
