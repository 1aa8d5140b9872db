"""A small home whose events arrive late, twice and broken, built step by step by dbt."""

import json
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa
import pytest
from dbt.cli.main import dbtRunner

from esynapse.events import EVENT_SCHEMA
from esynapse.home import Home, open_home
from esynapse.pipeline.dbt_project import DBT_PROJECT, environment
from esynapse.shop import load_profile, open_shop, products_table, simulate_day
from esynapse.warehouse.local import LocalWarehouse

ZONE = "America/New_York"
FIRST_DAY = date(2026, 3, 6)
"""Two days before New York's clocks go forward."""

Marts = dict[str, pd.DataFrame]


def invoke_dbt(target_path: Path, *arguments: str) -> list[Any]:
    """Run dbt in this process; its result for every node. An error of dbt fails the test."""
    outcome = dbtRunner().invoke(
        [
            *("--quiet", "--log-level", "none", "--log-level-file", "none"),
            *arguments,
            *("--project-dir", str(DBT_PROJECT), "--profiles-dir", str(DBT_PROJECT)),
            *("--target-path", str(target_path)),
        ]
    )
    assert outcome.exception is None, outcome.exception
    return list(outcome.result)


def run_dbt(target_path: Path, *arguments: str) -> dict[str, str]:
    """Run dbt; the status of every node by name. A red build fails the test."""
    nodes = {node.node.name: node for node in invoke_dbt(target_path, *arguments)}
    failed = {name: node.message for name, node in nodes.items() if node.status in FAILURES}
    assert failed == {}
    return {name: str(node.status) for name, node in nodes.items()}


FAILURES = ("error", "fail", "runtime error", "skipped")


def build(home: Home, *arguments: str, changed_dates: list[date] | None = None) -> dict[str, str]:
    values = {"ESYNAPSE_HOME": str(home.root), "ESYNAPSE_TIMEZONE": ZONE}
    if changed_dates is not None:
        values["ESYNAPSE_CHANGED_DATES"] = ",".join(map(str, changed_dates))
    with environment(**values):
        return run_dbt(home.root / "dbt", "build", *arguments)


def read_marts(home: Home, schema: str = "marts") -> Marts:
    """Every table and view of the schema, rows in an order of their own content."""
    with closing(duckdb.connect(str(home.warehouse), read_only=True)) as connection:
        connection.execute("set TimeZone = 'UTC'")
        names = connection.execute(
            "select table_name from information_schema.tables where table_schema = ?", [schema]
        ).fetchall()
        return {
            name: connection.sql(f"from {schema}.{name} order by all").df() for (name,) in names
        }


def events_table(rows: list[dict[str, object]]) -> pa.Table:
    return pa.Table.from_pylist(rows, schema=EVENT_SCHEMA)


@dataclass
class Built:
    """The small home after each step."""

    home: Home
    raw: pd.DataFrame
    statuses: dict[str, str]
    incremental: Marts
    refreshed: Marts
    manifest: dict[str, Any]
    """dbt's own account of the project, before a test builds a part of it."""


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    home = open_home(tmp_path_factory.mktemp("dbt") / "home")
    warehouse = LocalWarehouse(home)
    state = open_shop(load_profile("typical"), seed=7, scale=0.03, opening_day=FIRST_DAY)
    warehouse.load_products(products_table(state))
    days = []
    for _ in range(5):
        events, state, _truth = simulate_day(state, state.next_day)
        days.append(events)
    on_time, late = _split(days)
    for number, batch in enumerate(on_time):
        warehouse.load_events(batch, batch_key=f"on time {number}")
    statuses = build(home)
    watermark = warehouse.lake.watermark("live_events")
    for number, batch in enumerate(late):
        warehouse.load_events(batch, batch_key=f"late {number}")
    changed = warehouse.lake.changed_dates("live_events", after=watermark)
    build(home, "--exclude-resource-type", "unit_test", changed_dates=changed)
    incremental = read_marts(home)
    build(home, "--exclude-resource-type", "unit_test", "--full-refresh")
    raw = warehouse.query_raw("select * from live_events").to_pandas()
    manifest = json.loads((home.root / "dbt" / "manifest.json").read_text())
    return Built(home, raw, statuses, incremental, read_marts(home), manifest)


@pytest.fixture(scope="session")
def manifest(built: Built) -> dict[str, Any]:
    """dbt's own account of the project."""
    return built.manifest


def _split(days: list[pa.Table]) -> tuple[list[pa.Table], list[pa.Table]]:
    """What arrives at once, and what comes after the first build: a fifth of the second day's
    and of the last day's events, duplicates of others, refunds, a visit over midnight, and rows
    that break rules."""
    on_time = list(days[:4])
    held = pa.array([number % 5 == 0 for number in range(on_time[1].num_rows)])
    kept = pa.array([number % 5 != 0 for number in range(on_time[1].num_rows)])
    late = [on_time[1].filter(held), days[4], on_time[2].slice(10, 40), days[4].slice(0, 25)]
    on_time[1] = on_time[1].filter(kept)
    return on_time, [*late, _handmade(days), events_table(broken_rows())]


def _handmade(days: list[pa.Table]) -> pa.Table:
    sold = [row for row in days[0].to_pylist() if row["event_type"] == "purchase"][:6]
    refunds = [
        {**row, "event_id": f"refund-{n}", "event_type": "refund", "quantity": 1}
        | {"event_timestamp": row["event_timestamp"] + timedelta(days=2, hours=n)}
        for n, row in enumerate(sold)
    ]
    visit = [
        example(f"visit-{n}", kind, hour=23 + n, session_id="over-midnight", quantity=quantity)
        for n, (kind, quantity) in enumerate(
            [("view_item", None), ("add_to_cart", 1), ("purchase", 1)]
        )
    ]
    twice = example("twice", "purchase", hour=5, quantity=3, sale_price=1.115)
    later = {**twice, "event_timestamp": twice["event_timestamp"] + timedelta(hours=1)}
    return events_table([*refunds, *visit, later, twice])


def example(event_id: str, event_type: str, *, hour: int = 12, **values: object) -> dict[str, Any]:
    """An event of a product that no catalogue knows, hours after the second day began."""
    start = datetime.combine(FIRST_DAY + timedelta(days=1), time(), UTC)
    row: dict[str, Any] = {
        "event_id": event_id,
        "event_timestamp": start + timedelta(hours=hour),
        "event_type": event_type,
        "user_id": "somebody",
        "session_id": f"session of {event_id}",
        "product_id": "uncatalogued",
        "on_sale": False,
        "sale_price": 9.99,
        "quantity": None,
        "rating": None,
        "source": "live",
    }
    return {**row, **values}


BROKEN: dict[str, dict[str, Any]] = {
    "missing event_id": {"event_id": None},
    "missing user_id": {"user_id": ""},
    "missing session_id": {"session_id": None},
    "missing product_id": {"product_id": None},
    "unknown event_type": {"event_type": "teleport"},
    "timestamp in the future": {"event_timestamp": datetime.now(UTC) + timedelta(days=3)},
    "timestamp before 1990": {"event_timestamp": datetime(1970, 1, 1, tzinfo=UTC)},
    "missing price": {"sale_price": None},
    "negative price": {"sale_price": -0.01},
    "price out of range": {"sale_price": float("nan")},
    "missing quantity": {"quantity": None},
    "quantity not positive": {"quantity": 0},
    "quantity out of range": {"quantity": 10**12},
    "missing rating": {"event_type": "review"},
    "rating outside 1 to 5": {"event_type": "review", "rating": 6},
}
"""The reason of a quarantined event, by what makes a good purchase break the rule."""


def broken_rows() -> list[dict[str, Any]]:
    return [
        {**example(f"broken-{n}", "purchase", quantity=1), **change}
        for n, change in enumerate(BROKEN.values())
    ]


@pytest.fixture(scope="session")
def purchases_only(tmp_path_factory: pytest.TempPathFactory) -> Marts:
    """The marts of imported purchases of 1997, without views, carts or a catalogue entry."""
    home = open_home(tmp_path_factory.mktemp("dbt") / "history")
    warehouse = LocalWarehouse(home)
    rows = [
        example(f"e{n}", "purchase", session_id=f"s{n}", user_id=f"u{n % 7}", quantity=1 + n % 3)
        | {"event_timestamp": datetime(1997, 1, 1, tzinfo=UTC) + timedelta(days=n * 3)}
        | {"on_sale": None, "source": "import"}
        for n in range(40)
    ]
    warehouse.load_events(events_table(rows), batch_key="history")
    build(home, "--exclude-resource-type", "unit_test")
    return read_marts(home)
