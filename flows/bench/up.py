"""`esynapse bench up`: what everybody runs first, and what then runs every hour."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

from esynapse.settings import Settings
from esynapse.warehouse import open_warehouse
from flows.bench.measure import run_measured


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
