"""What is kept of a build: counts for ever, the names of what did not go well for a while."""

from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb
import pytest

from esynapse.warehouse import catalog
from esynapse.warehouse.builds import (
    KEPT_DAYS,
    Build,
    NodeResult,
    green_watermark,
    last_full_build_is_green,
)
from esynapse.warehouse.dbt_plugin import create_raw_schema
from esynapse.warehouse.lake import Lake
from esynapse.warehouse.raw_tables import CATALOG_TABLES


def result(name: str, status: str, kind: str = "test", **values: Any) -> NodeResult:
    return NodeResult(
        name, kind, status, values.get("failures"), values.get("message"), seconds=0.1
    )


def rows(lake: Lake, sql: str) -> list[tuple[Any, ...]]:
    with closing(lake.connect()) as connection:
        return connection.execute(sql).fetchall()


def test_a_build_counts_its_results_and_names_what_did_not_go_well(lake: Lake) -> None:
    build = Build(lake)
    build.finish(
        "red",
        [
            result("good", "passed"),
            result("odd", "warned", failures=3, message="Got 3 results"),
            result("bad", "failed", failures=1),
            result("mart", "passed", kind="model"),
            result("bad", "failed", kind="model", message="division by zero"),
            result("after", "skipped", kind="model"),
            result("after_is_sound", "skipped"),
        ],
    )
    counts = rows(
        lake,
        "select status, models, models_failed, tests_passed, tests_warned, tests_failed,"
        " nodes_skipped from builds",
    )
    assert counts == [("red", 1, 1, 1, 1, 1, 2)]
    assert rows(lake, "select kind, name, status, failures, message from build_results") == [
        ("model", "bad", "failed", None, "division by zero"),
        ("test", "bad", "failed", 1, None),
        ("test", "odd", "warned", 3, "Got 3 results"),
    ]


def test_names_are_forgotten_after_their_time_and_counts_are_not(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = catalog.now_us()
    for age in (KEPT_DAYS + 1, KEPT_DAYS - 1, 0):
        monkeypatch.setattr(catalog, "now_us", lambda age=age: now - age * 86_400_000_000)
        Build(lake).finish("green", [result(f"{age} days ago", "warned")])
    assert rows(lake, "select count(*), sum(tests_warned) from builds") == [(3, 3)]
    names = {name for (name,) in rows(lake, "select name from build_results")}
    assert names == {f"{KEPT_DAYS - 1} days ago", "0 days ago"}


def test_a_build_that_was_killed_is_red_when_the_next_one_begins(lake: Lake) -> None:
    Build(lake)
    assert not last_full_build_is_green(lake)
    Build(lake).finish("green")
    assert rows(lake, "select status, tests_passed from builds order by started_at") == [
        ("red", None),
        ("green", 0),
    ]
    assert last_full_build_is_green(lake)


def test_forecasts_alone_neither_mend_red_marts_nor_move_the_watermark(lake: Lake) -> None:
    Build(lake).finish("red")
    Build(lake, forecasts_only=True).finish("green")
    assert not last_full_build_is_green(lake)
    assert green_watermark(lake) == 0


def test_dbt_reads_the_catalog_with_the_types_of_its_sources(lake: Lake) -> None:
    moment = datetime(2026, 3, 1, 12, 0, 0, 123457, tzinfo=UTC)
    with closing(duckdb.connect()) as connection:
        connection.execute("set TimeZone = 'UTC'")
        create_raw_schema(connection, lake.home)
        empty = connection.sql("from raw.arrival_ages").to_arrow_table()
        assert empty.schema == CATALOG_TABLES["arrival_ages"]
        assert empty.num_rows == 0

        build = Build(lake)
        build.finish("green", [result("odd", "warned", failures=2)])
        build.published(moment, moment - timedelta(seconds=1))
        with closing(lake.connect()) as catalog_of_lake:
            catalog_of_lake.execute(
                "insert into arrival_ages values ('1969-12-31', 'under_1_hour', 7)"
            )
        create_raw_schema(connection, lake.home)
        for table, schema in CATALOG_TABLES.items():
            assert connection.sql(f"from raw.{table}").to_arrow_table().schema == schema
        assert connection.sql("from raw.arrival_ages").fetchall() == [
            (datetime(1969, 12, 31).date(), "under_1_hour", 7)
        ]
        published = connection.execute("select published_at, as_of from raw.builds").fetchall()
        assert published == [(moment, moment - timedelta(seconds=1))]
