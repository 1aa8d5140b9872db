"""What BigQuery makes of the project's SQL: it accepts all of it, and finds what DuckDB finds.

After a larger change of SQL, run the last part over more:
ESYNAPSE_GOOGLESQL_SCALE=0.004 pytest tests/dbt_project/test_bigquery_sql.py
"""

import math
import os
import re
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import cache

import duckdb
import pytest
from zetasql.core.exceptions import ServerError

from esynapse.warehouse.raw_tables import CATALOG_TABLES, RAW_TABLES
from tests.dbt_project import googlesql
from tests.dbt_project.bigquery import (
    CONTRACT_KINDS,
    DATASET,
    KINDS,
    Compiled,
    Warehouse,
    render_macros,
)
from tests.dbt_project.comparing import differences
from tests.dbt_project.conftest import ZONE, build
from tests.dbt_project.everything import everything
from tests.dbt_project.googlesql import Rows
from tests.dbt_project.macro_cases import CASES, DISTANCES, ONE_FORM, ZONES

pytestmark = pytest.mark.slow

LIVE_EVENTS = "`esynapse-local`.`esynapse`.`live_events`"
FILTERED = re.compile(rf"from {LIVE_EVENTS}\s+where\s[^;]*?event_timestamp")


@pytest.fixture(scope="module")
def compilations(tmp_path_factory: pytest.TempPathFactory) -> Callable[[bool], Compiled]:
    @cache
    def compilation(incremental: bool) -> Compiled:
        return Compiled(tmp_path_factory.mktemp("bigquery"), incremental=incremental)

    return compilation


@pytest.fixture(params=[False, True], ids=["whole", "incremental"])
def compiled(request: pytest.FixtureRequest, compilations: Callable[[bool], Compiled]) -> Compiled:
    return compilations(request.param)


def test_googles_analyzer_accepts_every_model_and_test_with_the_types_of_the_contract(
    compiled: Compiled,
) -> None:
    warehouse, wrong, accepted = Warehouse(), {}, 0
    for node in compiled.in_order():
        try:
            columns = warehouse.columns_of(compiled.sql(node))
        except ServerError as error:
            wrong[node["name"]] = str(error)
            continue
        accepted += 1
        if node["resource_type"] == "model":
            warehouse.add(f"{node['schema']}.{node['name']}", columns)
        if node["config"].get("contract", {}).get("enforced"):
            promised = {
                name: CONTRACT_KINDS[column["data_type"].split("(")[0]]
                for name, column in node["columns"].items()
            }
            if promised != columns:
                wrong[node["name"]] = f"promised {promised}, is {columns}"

    assert not wrong, wrong
    assert accepted >= 80


def test_the_analyzer_tells_a_column_that_a_name_in_from_hides() -> None:
    """What BigQuery would refuse and DuckDB takes: the reason for this file."""
    sql = f"with source as (select * from {LIVE_EVENTS}) select upper(source) as s from source"
    with pytest.raises(ServerError, match="No matching signature for function UPPER"):
        Warehouse().columns_of(sql)


def test_live_events_is_read_with_a_condition_on_its_partitions_alone(compiled: Compiled) -> None:
    reads = 0
    for node in compiled.in_order():
        sql = compiled.sql(node)
        reads += sql.count(f"from {LIVE_EVENTS}")
        assert sql.count(LIVE_EVENTS) == len(FILTERED.findall(sql)), node["name"]

    assert reads >= 2


def test_an_incremental_run_names_the_changed_days_and_the_shops_hours(compiled: Compiled) -> None:
    nodes = {node["name"]: node for node in compiled.in_order()}
    sql = compiled.sql(nodes["int_sale_lines"])

    assert f"timestamp_trunc(event_timestamp, hour, '{ZONE}')" in sql
    staged = compiled.sql(nodes["stg_events"])
    assert ("date '2026-01-01'" in staged) == ("date '2026-01-01'" in sql)


@pytest.fixture(scope="module")
def forms(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """The SQL of every case of macro_cases, for each engine."""
    folder = tmp_path_factory.mktemp("macros")
    return {target: render_macros(folder / target, target) for target in ("local", "bigquery")}


@pytest.mark.parametrize("number", range(len(CASES)), ids=lambda number: CASES[number].macro)
def test_the_two_forms_of_a_macro_give_the_same(forms: dict[str, list[str]], number: int) -> None:
    case = CASES[number]
    for zone in ZONES if case.zones else [ZONE]:
        local, google = (
            f"with cases as (\n{rows}\n)\n{forms[target][number].replace(ZONE, zone)}"
            for target, rows in (("local", case.duckdb_rows()), ("bigquery", case.google_rows()))
        )
        assert differences(ask_duckdb(local), googlesql.rows_of(google, {})) == [], zone


def test_the_normal_probability_is_right_to_the_seventh_digit(forms: dict[str, list[str]]) -> None:
    number = next(n for n, case in enumerate(CASES) if case.macro == "normal_probability")
    rows = ask_duckdb(
        f"with cases as (\n{CASES[number].duckdb_rows()}\n)\n{forms['local'][number]}"
    )
    found = {DISTANCES[place][0]: probability for place, probability in rows}

    assert found.pop(None) is None
    assert {z: p for z, p in found.items() if abs(p - math.erf(z / math.sqrt(2))) > 1.5e-7} == {}
    assert max(found.values()) == found[10.0] == 1


def test_no_macro_is_without_cases(compilations: Callable[[bool], Compiled]) -> None:
    ours = {
        macro["name"].removeprefix("duckdb__").removeprefix("bigquery__")
        for macro in compilations(False).macros.values()
        if macro["package_name"] == "esynapse" and not macro["name"].startswith("test_")
    }

    assert {case.macro for case in CASES}.isdisjoint(ONE_FORM)
    assert {case.macro for case in CASES} | ONE_FORM.keys() == ours


@pytest.fixture(scope="module")
def everywhere(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Warehouse, duckdb.DuckDBPyConnection]]:
    """The raw tables of a small home for BigQuery; and all that dbt made of them on DuckDB."""
    scale = float(os.environ.get("ESYNAPSE_GOOGLESQL_SCALE", "0.0015"))
    home = everything(tmp_path_factory.mktemp("everything"), scale=scale)
    build(home, "--exclude-resource-type", "unit_test")
    warehouse = Warehouse()
    with closing(duckdb.connect(str(home.warehouse), read_only=True)) as connection:
        connection.execute("set TimeZone = 'UTC'")
        for name, schema in (RAW_TABLES | CATALOG_TABLES).items():
            columns = {field.name: KINDS[field.type] for field in schema}
            rows = connection.sql(f"select {', '.join(columns)} from raw.{name}").fetchall()
            assert rows
            warehouse.add(f"{DATASET}.{name}", columns, rows)
        yield warehouse, connection


def test_bigquery_makes_the_same_tables_of_the_same_events(
    everywhere: tuple[Warehouse, duckdb.DuckDBPyConnection],
    compilations: Callable[[bool], Compiled],
) -> None:
    warehouse, connection = everywhere
    compiled = compilations(False)
    wrong = {}
    for node in compiled.in_order():
        if node["resource_type"] != "model":
            continue
        sql = compiled.sql(node)
        columns, rows = warehouse.columns_of(sql), warehouse.rows_of(sql)
        warehouse.add(f"{node['schema']}.{node['name']}", columns, rows)
        # fingerprints are each engine's own
        shown = [name for name in columns if not name.endswith("_key")]
        local = f"{node['schema'].removeprefix(f'{DATASET}_')}.{node['name']}"
        expected = connection.sql(f"select {', '.join(shown)} from {local}").fetchall()
        places = [list(columns).index(name) for name in shown]
        found = differences(expected, [tuple(row[place] for place in places) for row in rows])
        if found or not rows:
            wrong[node["name"]] = found[:3]

    assert not wrong, wrong


def ask_duckdb(sql: str) -> Rows:
    with closing(duckdb.connect()) as connection:
        connection.execute("set TimeZone = 'UTC'")
        return connection.sql(sql).fetchall()
