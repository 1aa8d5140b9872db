"""`esynapse bench marts`: does the hourly run cost what changed, or what there is?"""

import os
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import duckdb
import psutil
import pyarrow as pa

from esynapse.progress import Progress, silent
from esynapse.settings import Settings
from flows.bench.marts_history import History, Size


def bench_marts(
    settings: Settings,
    sizes: Sequence[int],
    esynapse: Sequence[str],
    *,
    runs: int = 5,
    progress: Progress = silent,
) -> tuple[pa.Table, pa.Table, list[str]]:
    """Build the marts of histories of the same shop, the same traffic and different lengths.

    Args:
        settings: which shop: profile, seed, scale; its days follow from each size.
        sizes: about how many events.
        esynapse: the command that is measured, in processes of its own.
        runs: of the hourly transform, each after the events of the meantime; the median counts.

    Returns:
        a table of builds, a table of the slowest mart queries of the dashboard, and notes.
    """
    now, wanted = datetime.now(UTC), sorted(set(sizes))
    histories = []
    with tempfile.TemporaryDirectory(prefix="esynapse-bench-") as folder:
        for number, events in enumerate(wanted):
            progress(number, len(wanted), f"about {events:,} events")
            home = Path(folder) / str(events)
            histories.append(History(settings, events, now, esynapse, home))
        for _ in range(runs):  # in turns, so that what else the machine does hits all alike
            for history in histories:
                history.hour()
        found = [history.measured() for history in histories]
    return _builds(found), _queries(found), _notes(found, runs)


def _builds(sizes: Sequence[Size]) -> pa.Table:
    first = sizes[0]
    rows = [
        {
            "events": f"{size.events:,}",
            "days": size.days,
            "full refresh s": f"{size.whole.seconds:.1f}",
            "of reading once": f"{size.whole.seconds / size.reading:.1f}",
            "peak MB": f"{size.whole.peak_memory_mb:,.0f}",
            "read MB": f"{size.whole.read_mb:,.0f}",
            "hourly s": f"{size.hourly_seconds:.1f}",
            "of the smallest": f"{size.hourly_seconds / first.hourly_seconds:.2f}",
            "with a late event s": f"{size.late.seconds:.1f}",
            "hourly peak MB": f"{max(run.peak_memory_mb for run in size.hourly):,.0f}",
            "hourly read MB": f"{median(run.read_mb for run in size.hourly):,.0f}",
            "home MB": f"{size.home_mb:,.0f}",
        }
        for size in sizes
    ]
    return pa.Table.from_pylist(rows)


def _queries(sizes: Sequence[Size], shown: int = 8) -> pa.Table:
    """The slowest over the longest history, and the same over the others, in milliseconds."""
    slowest = sorted(sizes[-1].queries, key=lambda query: -query.milliseconds)[:shown]
    rows = []
    for query in slowest:
        times = [q for size in sizes for q in size.queries if q.name == query.name]
        found = {
            f"ms at {size.events / 1e6:,.0f} M": f"{time.milliseconds:.1f}"
            for size, time in zip(sizes, times, strict=True)
        }
        rows.append({"mart query": query.name, "rows": f"{query.rows:,}", **found})
    return pa.Table.from_pylist(rows)


def _notes(sizes: Sequence[Size], runs: int) -> list[str]:
    machine = f"{os.cpu_count()} cores, {psutil.virtual_memory().total / 1e9:.0f} GB"
    return [
        f"{datetime.now(UTC):%F}, {machine}, DuckDB {duckdb.__version__}",
        f"hourly: today and yesterday built again with what came meanwhile, median of {runs} runs; "
        "it includes the start of Python and dbt, the data tests and the publishing",
        "with a late event: a run that also finds an event of another day, so that the models of "
        "discounts, which look at whole days, are built as well",
        "read: what all its processes read from files, from the disk or its cache",
        "reading once: DuckDB hashes every value of live_events, in this process",
        f"mart queries: all {len(sizes[-1].queries)} of the dashboard over all of history, "
        "the best of 5, as Arrow; the slowest are shown",
    ]
