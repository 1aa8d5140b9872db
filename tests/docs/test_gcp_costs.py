"""The bill of docs/deploy-gcp.md is that of its figures, and these are those of the project."""

import importlib
import re
from pathlib import Path
from types import ModuleType
from typing import Any

import duckdb
import pytest

from dashboard.connection import RECENT_SECONDS

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture
def costs(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """What the script is made of; it is found as the script finds it, beside itself."""
    monkeypatch.syspath_prepend(DOCS)
    return importlib.import_module("gcp_costs")


def part(name: str) -> Any:
    return importlib.import_module(f"gcp_costs.{name}")


def bill(costs: ModuleType, events_a_day: float) -> dict[str, float]:
    return {line.name: line.usd for line in costs.month(costs.read_figures(), events_a_day)}


def test_the_page_has_the_table_that_the_script_would_write(costs: ModuleType) -> None:
    page = (DOCS / "deploy-gcp.md").read_text()
    made = costs.table(costs.read_figures())
    assert page == costs.page_with(made, page), "run 'python docs/gcp_costs.py'"


@pytest.mark.slow
def test_the_figures_say_what_the_sql_of_the_project_reads_today(costs: ModuleType) -> None:
    told = part("statements").Project().statements()
    kept = costs.read_figures()
    assert told == {name: kept[name] for name in told}, "run 'python docs/gcp_costs.py --sql'"
    assert told["tables"].keys() == kept["bytes"].keys(), "run it with --measure"


def test_no_statement_of_an_hourly_build_reads_all_that_every_event_adds_to(
    costs: ModuleType,
) -> None:
    """The hourly cost follows what changed, and a month of it for what is trending."""
    large = {"live_events", "stg_events", "int_session_products", "int_sessions"}
    days = {
        (name, table): days
        for name, build in costs.read_figures()["builds"].items()
        for table, days in build["reads"].items()
        if table in large
    }
    assert large == {table for _, table in days}
    assert not [read for read in days if not days[read]]
    assert {read for read in days if days[read] > 6} == {("int_interaction_spans", "stg_events")}


def test_a_page_without_a_place_for_the_table_is_refused(costs: ModuleType) -> None:
    with pytest.raises(ValueError, match="no place for the table"):
        costs.page_with("made", "a page")


def test_every_price_names_its_page_and_those_not_confirmed_are_marked(costs: ModuleType) -> None:
    made = costs.table(costs.read_figures())
    for price in part("prices").ALL:
        (row,) = (line for line in made.splitlines() if line.startswith(f"| {price.what}: "))
        assert f"({price.page})" in row
        assert price.page.startswith("https://cloud.google.com/")
        assert ("¹" in row) is not price.is_confirmed


def test_a_size_grows_as_the_measured_ones_did(costs: ModuleType) -> None:
    """Tables by day double with the days, what 28 days decide does not grow with them at all."""
    shops = {
        "base": {"days": 50, "events_a_day": 100},
        "longer": {"days": 100, "events_a_day": 100},
        "larger": {"days": 50, "events_a_day": 400},
    }
    sizes = {
        "events": [10, 20, 40],
        "recent": [10, 10, 40],
        "days": [10, 20, 10],
        "roots": [10, 20, 20],
        "nothing": [0, 0, 0],
        "shrinks": [10, 5, 10],
    }
    figures = costs.read_figures() | {"shops": shops, "bytes": sizes | _no_forecasts()}
    figures["tables"] = {name: {"kept": "whole", "schema": "raw"} for name in figures["bytes"]}
    month = part("month")._Month(figures, 10_000)
    grown = {name: month._size(name) for name in sizes}
    assert grown == pytest.approx(
        {
            "events": 10 * 7.3 * 100,
            "recent": 10 * 100,
            "days": 10 * 7.3,
            "roots": 10 * 7.3 * 10,
            "nothing": 0,
            "shrinks": 10,
        }
    )


def _no_forecasts() -> dict[str, list[int]]:
    return {"daily_forecasts": [0, 0, 0], "hourly_forecasts": [0, 0, 0]}


def test_pubsub_costs_its_bytes_but_for_the_free_ones(costs: ModuleType) -> None:
    events = 2**40 / (costs.read_figures()["message_bytes"] + 36) / 30  # 1 TiB a month
    line = next(iter(costs.month(costs.read_figures(), events)))
    assert line.amount == "1.0 TiB"
    assert line.usd == pytest.approx(40 * (1 - 10 / 1024) + 50)


def test_what_is_read_is_never_less_than_the_minimum_a_table(costs: ModuleType) -> None:
    month = part("month")
    small = month._Month(costs.read_figures(), 1.0)
    assert small._read("daily_revenue", 0) == month.MINIMUM
    large = month._Month(costs.read_figures(), 1e7)
    assert large._read("stg_events", 2) == pytest.approx(large._read("stg_events", 0) * 2 / 365)


def test_no_part_of_the_bill_shrinks_with_traffic_and_the_free_parts_are_used_once(
    costs: ModuleType,
) -> None:
    small, large = bill(costs, 75_000), bill(costs, 10_000_000)
    assert all(small[name] <= large[name] * 1.0001 for name in small)
    queries = [usd for name, usd in small.items() if " read" in name]
    volumes = [
        line.amount for line in costs.month(costs.read_figures(), 75_000) if " read" in line.name
    ]
    tebibytes = sum(
        float(value) / (1 if unit == "TiB" else 1024)
        for value, unit in (volume.split() for volume in volumes)
    )
    assert sum(queries) == pytest.approx((tebibytes - 1) * 6.25, rel=0.05)


def test_values_weigh_what_bigquery_says(costs: ModuleType, tmp_path: Path) -> None:
    """https://cloud.google.com/bigquery/pricing#data: a null weighs nothing."""
    weigh = part("measure")._sum
    values = {
        "'häuser'": 2 + 7,
        "true": 1,
        "1::bigint": 8,
        "1::hugeint": 8,
        "1.5::double": 8,
        "1.25::decimal(18, 2)": 16,
        "date '2026-01-01'": 8,
        "timestamptz '2026-01-01 00:00:00+00'": 8,
        "'ab'::blob": 4,
    }
    for value, size in values.items():
        rows = f"(select {value} as value union all select null)"
        (kind,) = {row[1] for row in duckdb.sql(f"describe select * from {rows}").fetchall()}
        (found,) = duckdb.sql(f"select {weigh('value', kind)} from {rows}").fetchall()
        assert found == (size,), value


def test_the_assumptions_are_those_of_the_code_and_of_the_page(costs: ModuleType) -> None:
    month = part("month")
    page = (DOCS / "deploy-gcp.md").read_text()
    assert RECENT_SECONDS["bigquery"] == month.LIVE_SECONDS
    (worker,) = re.findall(r"esynapse-worker .*?--memory=(\d)Gi", page, re.DOTALL)
    (dashboard,) = re.findall(r"esynapse-dashboard .*?--memory=(\d)Gi", page, re.DOTALL)
    assert (int(worker), int(dashboard)) == (month.WORKER_GIB, month.DASHBOARD_GIB)
    assert f"{month.CANDIDATE_MODELS} for several series" in page
    assert f"take {month.TRANSFORM_MINUTES} minutes" in page
