"""Every model and every test is SQL that BigQuery accepts, and gives the types of its contract."""

import re

import pytest
from zetasql.core.exceptions import ServerError

from tests.dbt_project.bigquery import CONTRACT_KINDS, Compiled, Warehouse

pytestmark = pytest.mark.slow

LIVE_EVENTS = "`esynapse-local`.`esynapse`.`live_events`"
FILTERED = re.compile(rf"from {LIVE_EVENTS}\s+where\s[^;]*?event_timestamp")


@pytest.fixture(scope="module", params=[False, True], ids=["whole", "incremental"])
def compiled(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Compiled:
    return Compiled(tmp_path_factory.mktemp("bigquery"), incremental=request.param)


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

    assert wrong == {}
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

    assert "timestamp_trunc(event_timestamp, hour, 'Europe/Berlin')" in sql
    staged = compiled.sql(nodes["stg_events"])
    assert ("date '2026-01-01'" in staged) == ("date '2026-01-01'" in sql)
