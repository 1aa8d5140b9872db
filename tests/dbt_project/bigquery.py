"""The project's SQL as BigQuery would get it, read by GoogleSQL's own analyzer.

``zetasql`` is that analyzer as WebAssembly, which takes 15 seconds to load. Tables get names of one
part (``esynapse_marts.customers``), since its catalog here is flat.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import zetasql.types as google
from zetasql.api import Analyzer, CatalogBuilder, TableBuilder
from zetasql.types import TypeKind

from esynapse.warehouse.raw_tables import CATALOG_TABLES, RAW_TABLES
from tests.dbt_project.conftest import environment, run_dbt

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

Columns = dict[str, TypeKind]


class Compiled:
    """The project compiled for BigQuery, without a network."""

    def __init__(self, folder: Path, *, incremental: bool) -> None:
        variables = {"compile_incremental": incremental, "changed_dates": ["2026-01-01"]}
        with environment(
            ESYNAPSE_BIGQUERY_METHOD="oauth-secrets",
            ESYNAPSE_BIGQUERY_TOKEN="none",
            ESYNAPSE_TIMEZONE="Europe/Berlin",
        ):
            run_dbt(
                folder,
                *("compile", "--target", "bigquery", "--no-introspect", "--no-populate-cache"),
                *("--vars", json.dumps(variables)),
            )
        manifest = json.loads((folder / "manifest.json").read_text())
        self.nodes: dict[str, dict[str, Any]] = manifest["nodes"]
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
        self._language = google.LanguageOptions.maximum_features()
        self._language.product_mode = google.ProductMode.PRODUCT_EXTERNAL
        self._language.reserved_keywords = ["QUALIFY"]
        self._tables: dict[str, Columns] = {}
        for name, schema in (RAW_TABLES | CATALOG_TABLES).items():
            self.add(f"{DATASET}.{name}", {field.name: KINDS[field.type] for field in schema})

    def add(self, table: str, columns: Columns) -> None:
        self._tables[table] = columns

    def columns_of(self, sql: str) -> Columns:
        """Names and types of what a query returns.

        Raises:
            ServerError: GoogleSQL does not accept it; the message says why.
        """
        options = google.AnalyzerOptions(language_options=self._language)
        read = {f"{dataset}.{table}" for dataset, table in TABLE.findall(sql)}
        statement = Analyzer(options, self._catalog(read)).analyze_statement(
            TABLE.sub(r"`\1.\2`", sql)
        )
        return {
            column.name: column.column.type.type_kind for column in statement.output_column_list
        }

    def _catalog(self, read: set[str]) -> Any:
        builtin = google.ZetaSQLBuiltinFunctionOptions(language_options=self._language)
        builder = CatalogBuilder(DATASET).with_builtin_functions(builtin)
        for name in sorted(read & self._tables.keys()):
            table = TableBuilder(name)
            for column, kind in self._tables[name].items():
                table.add_column(column, kind)
            builder.add_table(table.build())
        return builder.build()
