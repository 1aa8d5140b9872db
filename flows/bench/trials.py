"""What `esynapse bench shop` measures of our own, each in a process of its own.

    python -m flows.bench.trials NAME '{"argument": value, …}'

prints one line of JSON: the events, and the seconds that they took, without the interpreter's start
and what was prepared before.
"""

import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa

from esynapse.files import write_parquet
from esynapse.pipeline.export import export, fresh_shop
from esynapse.settings import Settings, load_settings
from esynapse.shop import DaySlice, ShopState, simulate_slices
from flows.bench.row_by_row import write_row_by_row

READY_MADE = 5_000_000
"""Most events held in memory to be written: about 0.8 GB."""

Taken = tuple[int, float]
"""Events, and the seconds they took."""


def simulate(folder: Path, *, now: str, **shop: object) -> Taken:
    """Our simulation with all it has, to Parquet, as `esynapse backfill --out` does it."""
    report = export(load_settings(**shop), folder, now=datetime.fromisoformat(now))
    return report.events, report.seconds


def write_ready_made(folder: Path, *, now: str, threads: int, **shop: object) -> Taken:
    """The same tables, made before the clock starts, to files with the same options."""
    tables = _ready_made(load_settings(**shop), datetime.fromisoformat(now))
    paths = [folder / f"{number}.parquet" for number in range(len(tables))]
    started = time.monotonic()
    with ThreadPoolExecutor(threads) as pool:
        sizes = list(pool.map(lambda p, t: write_parquet(p, t, durable=False), paths, tables))
    seconds = time.monotonic() - started
    assert all(sizes)
    return sum(table.num_rows for table in tables), seconds


def loop_over_rows(folder: Path, *, events: int, seed: int) -> Taken:
    """The usual way to write a generator; see ``row_by_row``."""
    started = time.monotonic()
    written = write_row_by_row(folder, events=events, seed=seed)
    return written, time.monotonic() - started


TRIALS: dict[str, Callable[..., Taken]] = {
    function.__name__: function for function in (simulate, write_ready_made, loop_over_rows)
}


def main(arguments: Sequence[str]) -> None:
    """Run the trial that ``arguments`` name and print what it took."""
    name, options = arguments
    pa.array([0])  # has pyarrow import pandas, as its first use does: that too is the start
    with TemporaryDirectory(prefix="esynapse-bench-") as folder:
        events, seconds = TRIALS[name](Path(folder), **json.loads(options))
    print(json.dumps({"events": events, "seconds": seconds}))  # noqa: T201 - to the parent


def slices_of(state: ShopState, days: int) -> Iterator[DaySlice]:
    """The slices of the state's next ``days`` days."""
    for _ in range(days):
        for part in simulate_slices(state):
            yield part
            following = part.state
        assert following is not None, "the last slice of a day brings the next state"
        state = following


def _ready_made(settings: Settings, now: datetime) -> list[pa.Table]:
    tables: list[pa.Table] = []
    events = 0
    for part in slices_of(fresh_shop(settings, now=now), settings.days):
        tables.append(part.events())
        events += len(part)
        if events >= READY_MADE:
            break
    return tables


if __name__ == "__main__":
    main(sys.argv[1:])
