"""`esynapse bench shop`: our simulation beside the speed of writing alone and other generators."""

import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import psutil
import pyarrow as pa

from esynapse.pipeline.export import fresh_shop
from esynapse.progress import Progress, silent
from esynapse.settings import Settings
from flows.bench.measure import Figure, run_measured
from flows.bench.peers import NOT_INSTALLED, find_jafgen, measure_jafgen
from flows.bench.trials import slices_of

ROWS_OF_THE_LOOP = 300_000


def bench_shop(
    settings: Settings, sizes: Sequence[int], *, runs: int = 3, progress: Progress = silent
) -> tuple[pa.Table, list[str]]:
    """Measure; every figure in a process of its own.

    Args:
        settings: which shop: profile, seed, scale; its days follow from each size.
        sizes: about how many events to simulate. The smallest is what the rest is compared with.
        runs: of each trial, but one of the larger simulations; the fastest counts.

    Returns:
        a table (what, events, events/s, peak MB, of ours, of the limit), and notes on it.
    """
    now, cores = datetime.now(UTC), os.cpu_count() or 1
    sizes = sorted(set(sizes))
    shops = [shop_of(settings, size, now) for size in sizes]
    jafgen, threads = find_jafgen(), sorted({1, cores})
    figures: list[Figure] = []

    def add(figure: Figure) -> Figure:
        figures.append(figure)
        steps = len(sizes) + len(threads) + 1 + bool(jafgen)
        progress(len(figures), steps, figure.what)
        return figure

    ours = [
        add(_trial("our simulation to Parquet", "simulate", shop, 1 if number else runs))
        for number, shop in enumerate(shops)
    ]
    limits = []
    for count in threads:
        what = f"the limit: ready tables to Parquet, {count} thread{'s' * (count > 1)}"
        limits.append(add(_trial(what, "write_ready_made", {**shops[0], "threads": count}, runs)))
    loop = {"events": min(ROWS_OF_THE_LOOP, sizes[0]), "seed": settings.seed}
    add(_trial("a Python loop, a dict per event, to Parquet", "loop_over_rows", loop, runs))
    if jafgen:
        add(_best([measure_jafgen(jafgen) for _ in range(runs)]))
    limit = max(limits, key=lambda figure: figure.rate)
    return _as_table(figures, ours[0], limit), _notes(ours, jafgen, runs)


def shop_of(settings: Settings, events: int, now: datetime) -> dict[str, object]:
    """The shop whose history holds about ``events``, judged by a week of it at scale 1."""
    week = settings.model_copy(update={"scale": 1.0, "days": 7})
    per_day = sum(len(part) for part in slices_of(fresh_shop(week, now=now), 7)) / 7
    chosen = settings.model_dump(include={"profile", "seed", "timezone", "scale"})
    days = max(round(events / (per_day * settings.scale)), 1)
    return {**chosen, "days": days, "now": now.isoformat()}


def _trial(what: str, name: str, arguments: Mapping[str, object], runs: int) -> Figure:
    command = [sys.executable, "-m", "flows.bench.trials", name, json.dumps(arguments)]
    figures = []
    for _ in range(runs):
        measured = run_measured(command)
        found = json.loads(measured.output.splitlines()[-1])
        figures.append(Figure(what, found["events"], found["seconds"], measured.peak_memory_mb))
    return _best(figures)


def _best(figures: Sequence[Figure]) -> Figure:
    """The fastest of them, with the largest memory of any."""
    fastest = max(figures, key=lambda figure: figure.rate)
    return replace(fastest, peak_memory_mb=max(figure.peak_memory_mb for figure in figures))


def _as_table(figures: Sequence[Figure], ours: Figure, limit: Figure) -> pa.Table:
    rows = [
        {
            "what": figure.what,
            "events": f"{figure.events:,}",
            "events/s": f"{figure.rate:,.0f}",
            "peak MB": f"{figure.peak_memory_mb:,.0f}",
            "of ours": f"{figure.rate / ours.rate:.3f}",
            "of the limit": f"{figure.rate / limit.rate:.3f}",
        }
        for figure in figures
    ]
    return pa.Table.from_pylist(rows)


def _notes(ours: Sequence[Figure], jafgen: str | None, runs: int) -> list[str]:
    machine = f"{os.cpu_count()} cores, {psutil.virtual_memory().total / 1e9:.0f} GB"
    notes = [
        f"{datetime.now(UTC):%F}, {machine}, pyarrow {pa.__version__}",
        f"each in a process of its own: the fastest of {runs} runs, larger simulations one run",
        "the limit is the faster of the two; its tables, those of the first simulation, are in "
        "memory before the clock starts",
        "the loop and jafgen use one core, as they are written",
    ]
    for larger in ours[1:]:
        ratio = larger.peak_memory_mb / ours[0].peak_memory_mb
        more = larger.events / ours[0].events
        notes.append(
            f"{more:.1f} times the events, of the same shop, take {ratio:.2f} times the memory"
        )
    return notes if jafgen else [*notes, NOT_INSTALLED]
