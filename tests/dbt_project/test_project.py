"""The project itself: contracts, documentation, tests."""

import re
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from esynapse.pipeline import mart_docs
from esynapse.pipeline.dbt_project import DBT_PROJECT
from tests.dbt_project.conftest import Built

pytestmark = pytest.mark.slow

DOCS = DBT_PROJECT / "models" / "docs.md"


def models(manifest: dict[str, Any], layer: str | None = None) -> list[dict[str, Any]]:
    return [
        node
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and layer in (None, node["schema"])
    ]


def test_every_mart_has_exactly_the_columns_of_its_contract(
    built: Built, manifest: dict[str, Any]
) -> None:
    for mart in models(manifest, "marts"):
        assert mart["contract"]["enforced"], mart["name"]
        assert sorted(mart["columns"]) == sorted(built.refreshed[mart["name"]].columns)


def test_readers_are_told_of_the_marts_what_dbts_manifest_says(manifest: dict[str, Any]) -> None:
    of_bigquery = {"double": "float64", "timestamptz": "timestamp"}
    for mart in models(manifest, "marts"):
        told = mart_docs.columns(mart["name"])
        assert list(told) == list(mart["columns"])
        for name, column in mart["columns"].items():
            assert told[name].meaning == " ".join(column["description"].split())
            assert told[name].type == of_bigquery.get(column["data_type"], column["data_type"])


def test_every_model_says_first_what_one_row_is(manifest: dict[str, Any]) -> None:
    for model in models(manifest):
        assert model["description"].startswith("One row"), model["name"]


def test_every_column_that_there_is_is_described_and_no_other(
    built: Built, manifest: dict[str, Any]
) -> None:
    columns = catalog_columns(built)
    for node in [*models(manifest), *manifest["sources"].values()]:
        described = {name for name, column in node["columns"].items() if column["description"]}
        if node.get("config", {}).get("materialized") == "ephemeral":
            found = columns_of_query(built, node["compiled_code"])
        else:
            found = columns[node["schema"], node.get("alias") or node["identifier"]]
        assert described == found, node["unique_id"]


def catalog_columns(built: Built) -> dict[tuple[str, str], set[str]]:
    """Names of columns by schema and relation, as the database has them."""
    with closing(duckdb.connect(str(built.home.warehouse), read_only=True)) as connection:
        rows = connection.execute(
            "select schema_name, table_name, list(column_name) from duckdb_columns()"
            " where not internal group by all"
        ).fetchall()
    return {(schema, table): set(names) for schema, table, names in rows}


def columns_of_query(built: Built, sql: str) -> set[str]:
    with closing(duckdb.connect(str(built.home.warehouse), read_only=True)) as connection:
        return set(connection.sql(sql).columns)


def test_a_text_that_columns_share_is_written_once() -> None:
    texts = dict(re.findall(r"{% docs (\w+) %}(.*?){% enddocs %}", DOCS.read_text()))
    written = {path: path.read_text() for path in DBT_PROJECT.glob("models/*/*.yml")}
    used = {name for name in texts if any(f"doc('{name}')" in yml for yml in written.values())}
    again = {
        (path.stem, column["name"])
        for path, yml in written.items()
        for model in yaml.safe_load(yml).get("models", [])
        for column in model["columns"]
        if column["description"] in texts.values()
    }

    assert used == texts.keys()
    assert again == set()


def test_every_model_has_a_file_of_its_own_documentation_and_a_screenful_of_sql() -> None:
    for sql in DBT_PROJECT.glob("models/*/*.sql"):
        assert sql.with_suffix(".yml").exists(), sql.name
        assert len(sql.read_text().splitlines()) <= 80, sql.name


def test_every_stored_model_is_tested(manifest: dict[str, Any]) -> None:
    tested = {
        node.get("attached_node")
        for node in manifest["nodes"].values()
        if node["resource_type"] == "test"
    }
    stored = {
        model["unique_id"]
        for model in models(manifest)
        if model["config"]["materialized"] in ("table", "incremental")
    }
    assert stored <= tested


def test_every_unit_test_of_a_formula_passes(built: Built, manifest: dict[str, Any]) -> None:
    names = [test["name"] for test in manifest["unit_tests"].values()]

    assert len(set(names)) == len(names), "the status of one would hide that of the other"
    assert {built.statuses[name] for name in names} == {"pass"}


def test_every_model_has_a_unit_test(manifest: dict[str, Any]) -> None:
    tested = {test["model"] for test in manifest["unit_tests"].values()}

    assert {model["name"] for model in models(manifest)} - tested == set()


def test_a_build_that_spilled_to_the_disk_can_go_on(tmp_path: Path) -> None:
    profile = yaml.safe_load((DBT_PROJECT / "profiles.yml").read_text())["esynapse"]
    local = profile["outputs"]["local"]
    options = local["config_options"] | {
        "temp_directory": str(tmp_path / "spill"),
        "memory_limit": "40MB",
    }
    with closing(duckdb.connect(config=options)) as connection:
        connection.execute("create table t as select hash(i) as h from range(9_000_000) r(i)")
        spilled = connection.execute("select size from duckdb_temporary_files()").fetchall()
        for name, value in local["settings"].items():
            connection.cursor().execute(f"set {name} = '{value}'")
    assert spilled, "or this proves nothing"


def test_the_project_holds_no_python() -> None:
    assert list(DBT_PROJECT.glob("**/*.py")) == []
