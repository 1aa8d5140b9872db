"""`esynapse bench stream --minutes`: does the server grow while it runs on and on?"""

import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
import pyarrow as pa

from esynapse.home import Home, open_home
from esynapse.progress import Progress, silent
from esynapse.settings import Settings
from esynapse.warehouse.arrivals import latency
from esynapse.warehouse.lake import Lake
from flows.bench.stream_figures import Sent
from flows.bench.stream_lake import LakeReceiver
from flows.bench.stream_process import Worker
from flows.bench.stream_services import DRAIN_SECONDS, address, embedded_server

SAMPLE_SECONDS = 10.0
EDGE_SECONDS = 300.0
"""The beginning and the end of a run, which are compared; at most half of it."""
SHOWN = 12
"""Rows of the table, about."""


@dataclass(frozen=True)
class Sample:
    """How the server stands."""

    seconds: float
    """Since the load began."""
    rss: int
    """Resident memory, bytes."""
    files: int
    """Listed in live_events."""
    files_on_disk: int
    """Those that were compacted away and not yet deleted included."""
    database: int
    """Of the catalog and the queue, its WAL included; bytes."""


def soak(
    settings: Settings, *, rate: int, minutes: float, progress: Progress = silent
) -> tuple[pa.Table, list[str]]:
    """Publish ``rate`` events a second into a new home; a table over time, and notes."""
    seconds = minutes * 60
    with tempfile.TemporaryDirectory(prefix="esynapse-bench-") as folder:
        home = open_home(Path(folder) / "home")
        with embedded_server(settings, home) as (reached, pid), LakeReceiver(home) as lake:
            options = {**address(reached), "rate": rate, "seconds": seconds}
            with Worker("flows.bench.stream_load", **options) as publisher:
                publisher.hear()
                publisher.tell("go")
                samples = []
                with ThreadPoolExecutor(1) as pool:
                    ended = pool.submit(publisher.hear)
                    for sample in _samples(home, pid, ended, min(SAMPLE_SECONDS, seconds / 12)):
                        samples.append(sample)
                        progress(round(sample.seconds), round(seconds), f"{rate:,}/s")
                sent = Sent(**ended.result())
            landed = lake.landed(sent, DRAIN_SECONDS)
            notes = _notes(home, sent, landed, samples, minutes)
    return _as_table(samples), notes


def _samples(
    home: Home, pid: int, ended: "Future[dict[str, Any]]", every: float
) -> Iterator[Sample]:
    process, began, lake = psutil.Process(pid), time.monotonic(), Lake(home)
    while not wait([ended], timeout=every).done:
        yield Sample(
            time.monotonic() - began,
            process.memory_info().rss,
            len(lake.files("live_events")),
            sum(1 for _ in home.lake.rglob("*.parquet")),
            sum(path.stat().st_size for path in home.root.glob("lake.db*")),
        )


def _as_table(samples: Sequence[Sample]) -> pa.Table:
    every = -(-len(samples) // SHOWN)
    shown = [sample for n, sample in enumerate(samples, 1) if n % every == 0 or n == len(samples)]
    rows = [
        {
            "minute": f"{sample.seconds / 60:.1f}",
            "server MB": f"{sample.rss / 1e6:,.0f}",
            "files listed": f"{sample.files:,}",
            "files on disk": f"{sample.files_on_disk:,}",
            "lake.db MB": f"{sample.database / 1e6:,.1f}",
        }
        for sample in shown
    ]
    return pa.Table.from_pylist(rows)


def _notes(
    home: Home, sent: Sent, landed: int, samples: Sequence[Sample], minutes: float
) -> list[str]:
    most = max(sample.files for sample in samples)
    edge = min(EDGE_SECONDS, minutes * 30)
    first = max(s.rss for s in samples if s.seconds <= edge) / 1e6
    last = max(s.rss for s in samples if s.seconds >= minutes * 60 - edge) / 1e6
    machine = f"{os.cpu_count()} cores, {psutil.virtual_memory().total / 1e9:.0f} GB"
    with closing(Lake(home).connect()) as connection:
        age = latency(connection, minutes=int(minutes) + 2)
    counted = Lake(home).query(
        "select count(*) as n, count(distinct event_id) as ids from live_events"
    )
    notes = [
        f"{datetime.now(UTC):%F}, {machine}",
        f"memory: at most {first:,.0f} MB in the first {edge / 60:.1f} minutes, {last:,.0f} MB in "
        f"the last: {last / first:.2f} times; files listed: at most {most:,}",
        f"{sent.events:,} events published in {(sent.ended - sent.began) / 6e7:.1f} minutes, "
        f"{landed:,} landed: {counted['n'][0]} rows, {counted['ids'][0]} different ids",
    ]
    if most < max(sample.files_on_disk for sample in samples):
        notes.append("files that compaction has replaced stay on the disk for an hour")
    if age:
        notes.append(
            f"latency, event_timestamp to the lake, as 'esynapse status' has it: p50 {age.p50:.2f} "
            f"s, p99 {age.p99:.2f} s"
        )
    return notes
