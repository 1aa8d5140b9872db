"""`esynapse bench`: time and memory of what people run, measured from outside the process."""

import os
import subprocess
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil
import pyarrow as pa

from esynapse.errors import EsynapseError
from esynapse.settings import Settings
from esynapse.warehouse import open_warehouse

SAMPLE_EVERY = 0.1
"""Seconds between two looks at the memory of the processes."""


@dataclass(frozen=True)
class Measured:
    """One command, run to its end."""

    seconds: float
    peak_memory_mb: float
    """Largest resident memory of any one of its processes, in MB (10^6 bytes)."""


def bench_up(settings: Settings, esynapse: Sequence[str]) -> pa.Table:
    """`up --once` in a new home, then the hourly transform over what came in the meantime.

    The transform rebuilds today and yesterday whole, as it does every hour, so the few new events
    do not flatter it. Returns columns measure, value, unit, target.
    """
    with tempfile.TemporaryDirectory(prefix="esynapse-bench-") as folder:
        home = Path(folder) / "home"
        shop = [
            *("--days", str(settings.days), "--scale", str(settings.scale)),
            *("--profile", settings.profile, "--seed", str(settings.seed), "--home", str(home)),
        ]
        up = run_measured([*esynapse, "up", "--once", *shop])
        run_measured([*esynapse, "backfill", *shop])
        hourly = run_measured([*esynapse, "transform", "--home", str(home)])
        warehouse = open_warehouse(settings.model_copy(update={"home": home}))
        events = warehouse.query_raw("select count(*) as n from live_events")["n"][0].as_py()
        size = sum(p.stat().st_size for p in home.rglob("*") if p.is_file())
    rows = [
        ("events", float(events), "", ""),
        ("up --once", up.seconds, "s", "≤ 120"),
        ("up --once, largest process", up.peak_memory_mb, "MB", "≤ 2000"),
        ("hourly transform", hourly.seconds, "s", "≤ 15"),
        ("hourly transform, largest process", hourly.peak_memory_mb, "MB", "≤ 2000"),
        ("size of the home", size / 1e6, "MB", ""),
    ]
    names = ("measure", "value", "unit", "target")
    return pa.Table.from_pylist([dict(zip(names, row, strict=True)) for row in rows])


def run_measured(command: Sequence[str]) -> Measured:
    """Run ``command`` and watch its process tree.

    Raises:
        EsynapseError: it failed; the message has its last line.
    """
    started = time.monotonic()
    environment = {k: v for k, v in os.environ.items() if not k.startswith("ESYNAPSE_")}
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            command, stdout=output, stderr=subprocess.STDOUT, env=environment
        )
        watch = _MemoryWatch(process.pid)
        code = process.wait()
        peak = watch.stop()
        output.seek(0)
        lines = output.read().decode(errors="replace").strip().splitlines()
    if code:
        raise EsynapseError(f"{' '.join(command)} failed: {lines[-1] if lines else 'no output'}")
    return Measured(time.monotonic() - started, peak / 1e6)


class _MemoryWatch:
    def __init__(self, pid: int) -> None:
        self.root = psutil.Process(pid)
        self.peak = 0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self) -> int:
        self._done.set()
        self._thread.join()
        return self.peak

    def _watch(self) -> None:
        while not self._done.wait(SAMPLE_EVERY):
            try:
                family = [self.root, *self.root.children(recursive=True)]
            except psutil.NoSuchProcess:
                continue
            for process in family:
                try:
                    self.peak = max(self.peak, process.memory_info().rss)
                except psutil.NoSuchProcess:
                    continue
