"""`esynapse bench dashboard`: what a viewer waits for, and what many viewers cost."""

import math
import os
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from itertools import count
from statistics import median
from typing import NamedTuple

import psutil
import pyarrow as pa

from esynapse.errors import EsynapseError
from esynapse.progress import Progress, silent
from esynapse.settings import Settings
from esynapse.warehouse import open_warehouse
from flows.bench.browser import PAGES, Server, chromium, served
from flows.bench.dashboard_floor import floor
from flows.bench.dashboard_viewers import Seen, Session, Viewers
from flows.bench.dashboard_visits import Visits, visit
from flows.bench.measure import Watch

EVENTS = "select sum(rows_staged) as events from pipeline_health"


class Crowd(NamedTuple):
    """What many viewers saw at a time, and the memory of their server."""

    seen: Seen
    peak_memory_mb: float


class Row(NamedTuple):
    """One figure of the dashboard and the same of the floor, smaller being better."""

    what: str
    unit: str
    wanted: str
    ours: float
    floor: float


def bench_dashboard(
    settings: Settings,
    *,
    viewers: int,
    pages: Sequence[str] = PAGES,
    changes: int = 60,
    seconds: float = 30.0,
    progress: Progress = silent,
) -> tuple[pa.Table, pa.Table, list[str]]:
    """Visit the dashboard over the home of the settings, and the floor beside it.

    Args:
        viewers: how many at a time, for so many seconds.
        changes: of filters, at least.

    Returns:
        a table of figures, a table by page, and notes.

    Raises:
        EsynapseError: nothing is published in this home, or there is no browser.
    """
    events = _events(settings)
    load, steps = os.getloadavg()[0], count(1)

    def tell(what: str) -> None:
        progress(next(steps), 3 * len(pages) + 3, what)

    with chromium() as browser:
        ours = visit(browser, lambda: served(settings.home), pages, changes, tell)
        least = visit(browser, floor, PAGES[:1], max(changes // 4, 2), lambda _: None)
    tell(f"{viewers} viewers")
    with served(settings.home) as server:
        crowd = _crowd(server, viewers, pages, seconds)
    tell(f"{viewers} viewers of the floor")
    with floor() as server:
        small = _crowd(server, viewers, PAGES[:1], seconds)
    rows = [*_visited(ours, least), *_crowded(viewers, crowd, small)]
    return figures(rows), _by_page(ours), _notes(events, load, ours, least, crowd, seconds)


def _events(settings: Settings) -> int:
    warehouse = open_warehouse(settings, create=False)
    if not warehouse.version():
        raise EsynapseError(
            f"no marts are published in {settings.home}: run 'esynapse up --once' first"
        )
    return int(warehouse.query(EVENTS)["events"][0].as_py() or 0)


def _crowd(server: Server, viewers: int, pages: Sequence[str], seconds: float) -> Crowd:
    for name in pages:  # the server has started long before many come
        first = Session(server, name, [])
        first.run()
        first.close()
    watch = Watch(server.pid)
    crowd = Viewers(server, viewers, pages)
    time.sleep(seconds)
    seen = crowd.stop()
    return Crowd(seen, watch.stop() / 1e6)


def _visited(ours: Visits, least: Visits) -> list[Row]:
    rows = []
    for what, wanted, found, of_floor in (
        ("first chart, cold", "≤ 3 s", ours.cold, least.cold),
        ("first chart, warm", "≤ 1 s", ours.warm, least.warm),
        ("first chart, warm, same browser", "", ours.again, least.again),
    ):
        worst = max(found, key=lambda name: found[name])
        (bottom,) = of_floor.values()
        rows.append(Row(f"{what}: median page", "s", wanted, median(found.values()), bottom))
        rows.append(Row(f"{what}: {worst}", "s", wanted, found[worst], bottom))
    for what, part, wished in (
        ("filter change to repaint", "screen", "≤ 500 ms"),
        ("the same, the whole page", "page", ""),
    ):
        ours_ms, least_ms = ([getattr(t, part) for t in v.all_changes] for v in (ours, least))
        for name, share, wanted in (("p50", 0.5, ""), ("p95", 0.95, wished), ("max", 1.0, "")):
            repaint = (quantile(times, share) for times in (ours_ms, least_ms))
            rows.append(Row(f"{what}: {name}", "ms", wanted, *repaint))
    return rows


def _crowded(viewers: int, ours: Crowd, least: Crowd) -> list[Row]:
    load = (quantile(crowd.seen.loads, 0.95) * 1000 for crowd in (ours, least))
    change = (quantile(crowd.seen.changes, 0.95) * 1000 for crowd in (ours, least))
    errors = (float(len(crowd.seen.errors)) for crowd in (ours, least))
    memory = (crowd.peak_memory_mb for crowd in (ours, least))
    return [
        Row(f"{viewers} viewers: errors", "", "0", *errors),
        Row(f"{viewers} viewers: a page's script, p95", "s", "", *load),
        Row(f"{viewers} viewers: a change's script, p95", "s", "", *change),
        Row(f"{viewers} viewers: server's memory", "MB", "≤ 1,000 MB", *memory),
    ]


def quantile(values: Sequence[float], share: float) -> float:
    """The value that ``share`` of them do not exceed; NaN of none."""
    ranked = sorted(values)
    return ranked[max(math.ceil(share * len(ranked)) - 1, 0)] if ranked else math.nan


def figures(rows: Sequence[Row]) -> pa.Table:
    """Each figure as people read it, with what is wanted and the floor beside it."""
    return pa.Table.from_pylist(
        [
            {
                "what": row.what,
                "measured": _shown(row.ours, row.unit),
                "wanted": row.wanted,
                "floor": _shown(row.floor, row.unit),
                "of the floor": f"{row.ours / row.floor:.1f}" if row.floor else "",
            }
            for row in rows
        ]
    )


def _shown(value: float, unit: str) -> str:
    if math.isnan(value):
        return "–"
    return f"{value / 1000:.2f} s" if unit == "s" else f"{value:,.0f} {unit}".strip()


def _by_page(visits: Visits) -> pa.Table:
    return pa.Table.from_pylist(
        [
            {
                "page": name,
                "cold": _shown(visits.cold[name], "s"),
                "warm": _shown(visits.warm[name], "s"),
                "same browser": _shown(visits.again[name], "s"),
                "changes": len(times),
                "p50": _shown(quantile([each.screen for each in times], 0.5), "ms"),
                "p95": _shown(quantile([each.screen for each in times], 0.95), "ms"),
                "whole page, p95": _shown(quantile([each.page for each in times], 0.95), "ms"),
            }
            for name, times in visits.changes.items()
        ]
    )


def _notes(
    events: int, load: float, ours: Visits, least: Visits, crowd: Crowd, seconds: float
) -> list[str]:
    machine = f"{os.cpu_count()} cores, {psutil.virtual_memory().total / 1e9:.0f} GB"
    notes = [
        f"{datetime.now(UTC):%F}, {machine}, Streamlit {version('streamlit')}, "
        f"{events / 1e6:,.1f} million events; load average when it began: {load:.1f}",
        "floor: an app of one chart and one choice, in the same browser and on the same machine",
        "first chart: from the start of the navigation until it is drawn (the first words where a "
        "page has no chart); cold: a server that has just started; cold and warm: nothing in the "
        "browser's cache",
        f"filter change: {len(ours.all_changes)} of every filter on every page that it acts on "
        f"({len(least.all_changes)} of the floor), from the click to the last change of what is on "
        "the screen of 1280 × 900 px, and of the whole page",
        f"viewers: {seconds:.0f} s over WebSockets, of a server that drew each page before; each "
        "opens pages and changes filters after 1 to 3 s of thought: "
        f"{len(crowd.seen.loads)} pages, {len(crowd.seen.changes)} changes; a script's time is "
        "until its last answer is there",
    ]
    return [*notes, *dict.fromkeys(crowd.seen.errors)]
