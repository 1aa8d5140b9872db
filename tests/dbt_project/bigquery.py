"""The project's SQL as BigQuery would get it, read and executed by GoogleSQL's own code.

``zetasql`` is that code as WebAssembly. Tables get names of one part
(``esynapse_marts.customers``), since its catalog here is flat.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
from zetasql.types import TypeKind

from esynapse.pipeline.dbt_project import environment
from esynapse.warehouse.raw_tables import CATALOG_TABLES, RAW_TABLES
from tests.dbt_project import googlesql
from tests.dbt_project.conftest import ZONE, invoke_dbt
from tests.dbt_project.googlesql import Columns, Rows, Table
from tests.dbt_project.macro_cases import CASES

DATASET = "esynapse"
TABLE = re.compile(r"`esynapse-local`\.`(\w+)`\.`(\w+)`")
KINDS = {
    pa.string(): TypeKind.TYPE_STRING,
    pa.binary(): TypeKind.TYPE_BYTES,
    pa.bool_(): TypeKind.TYPE_BOOL,
    pa.int64(): TypeKind.TYPE_INT64,
    pa.float64(): TypeKind.TYPE_DOUBLE,
    pa.date32(): TypeKind.TYPE_DATE,
    pa.timestamp("us", tz="UTC"): TypeKind.TYPE_TIMESTAMP,
}
CONTRACT_KINDS = {
    "string": TypeKind.TYPE_STRING,
    "bool": TypeKind.TYPE_BOOL,
    "int64": TypeKind.TYPE_INT64,
    "float64": TypeKind.TYPE_DOUBLE,
    "numeric": TypeKind.TYPE_NUMERIC,
    "date": TypeKind.TYPE_DATE,
    "timestamp": TypeKind.TYPE_TIMESTAMP,
}
"""By the data type of a contract, without its precision."""


def compile_sql(folder: Path, target: str, *arguments: str) -> list[str]:
    """Compile for a target without asking its warehouse; the SQL of every node."""
    with environment(
        ESYNAPSE_HOME=str(folder),
        ESYNAPSE_BIGQUERY_ENDPOINT="http://127.0.0.1:1",
        ESYNAPSE_TIMEZONE=ZONE,
    ):
        options = ("--target", target, "--no-introspect", "--no-populate-cache")
        outcome = invoke_dbt(folder, "compile", *options, *arguments)
    return [result.node.compiled_code for result in outcome]


def render_macros(folder: Path, target: str) -> list[str]:
    """The queries of the macros' cases, as the target gets them."""
    (rendered,) = compile_sql(folder, target, "--inline", SEPARATOR.join(c.select for c in CASES))
    return rendered.split(SEPARATOR)


SEPARATOR = "\n;\n"


class Compiled:
    """The project compiled for BigQuery, without a network."""

    def __init__(self, folder: Path, *, incremental: bool) -> None:
        day = "2026-01-01"
        variables = {
            "compile_incremental": incremental,
            "changed_dates": [day],
            "compile_as_of": day if incremental else None,
        }
        compile_sql(folder, "bigquery", "--vars", json.dumps(variables))
        manifest = json.loads((folder / "manifest.json").read_text())
        self.nodes: dict[str, dict[str, Any]] = manifest["nodes"]
        self.macros: dict[str, dict[str, Any]] = manifest["macros"]
        compiled = (folder / "compiled").rglob("*.sql")
        self._files = {path.name: path.read_text() for path in compiled}

    def in_order(self) -> Iterator[dict[str, Any]]:
        """Stored models and tests, each after what it reads."""
        seen: set[str] = set()

        def visit(name: str) -> Iterator[dict[str, Any]]:
            node = self.nodes.get(name)
            if node is None or name in seen:
                return
            seen.add(name)
            for parent in node["depends_on"]["nodes"]:
                yield from visit(parent)
            if node["config"]["materialized"] != "ephemeral":
                yield node

        for name in self.nodes:
            yield from visit(name)

    def sql(self, node: dict[str, Any]) -> str:
        return self._files[Path(node["path"]).name]


class Warehouse:
    """Tables of BigQuery: the raw ones, and what models made of them."""

    def __init__(self) -> None:
        self._tables: dict[str, Table] = {}
        for name, schema in (RAW_TABLES | CATALOG_TABLES).items():
            self.add(f"{DATASET}.{name}", {field.name: KINDS[field.type] for field in schema})

    def add(self, table: str, columns: Columns, rows: Rows | None = None) -> None:
        self._tables[table] = Table.of(columns, rows or [])

    def columns_of(self, sql: str) -> Columns:
        """Names and types of what a query returns.

        Raises:
            ServerError: GoogleSQL does not accept it; the message says why.
        """
        return googlesql.columns_of(TABLE.sub(r"`\1.\2`", sql), self._read_by(sql))

    def rows_of(self, sql: str) -> Rows:
        """What a query returns over the rows that the tables were given."""
        return self.names_and_rows_of(sql)[1]

    def names_and_rows_of(self, sql: str) -> tuple[list[str], Rows]:
        """``rows_of``, and before it the names of the columns."""
        read = self._read_by(sql)

        def relation(found: re.Match[str]) -> str:
            alias = "" if sql.startswith(" as ", found.end()) else f" as {found[2]}"
            return read[f"{found[1]}.{found[2]}"].read_as(f"{found[1]}.{found[2]}") + alias

        return googlesql.names_and_rows_of(TABLE.sub(relation, sql), read)

    def _read_by(self, sql: str) -> dict[str, Table]:
        names = {f"{dataset}.{table}" for dataset, table in TABLE.findall(sql)}
        return {name: self._tables[name] for name in sorted(names & self._tables.keys())}
