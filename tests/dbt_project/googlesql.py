"""GoogleSQL executed by zetasql, its reference implementation: tables in, rows out.

zetasql loses instants on their way from and to Python, so they travel as whole microseconds.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

import wasmtime
import zetasql.types as google
from zetasql.api import CatalogBuilder, TableBuilder
from zetasql.api.prepared_query import PreparedQuery
from zetasql.core import ZetaSqlLocalService, wasm_client
from zetasql.types import TypeKind
from zetasql.wasi._pb2.zetasql.local_service.local_service_pb2 import AnalyzeResponse

Columns = dict[str, TypeKind]
Rows = list[tuple[Any, ...]]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
INSTANT, WHOLE = TypeKind.TYPE_TIMESTAMP, TypeKind.TYPE_INT64


class _Kept(wasmtime.Config):
    """Has wasmtime keep what it compiled, in its own cache of this user."""

    def __init__(self) -> None:
        super().__init__()
        self.cache = True


wasm_client.Config = _Kept


@cache
def analyzer_options() -> google.AnalyzerOptions:
    """BigQuery's own. The first call on a machine compiles zetasql, for half a minute."""
    language = google.LanguageOptions.maximum_features()
    language.product_mode = google.ProductMode.PRODUCT_EXTERNAL
    language.reserved_keywords = ["QUALIFY"]
    return google.AnalyzerOptions(language_options=language, default_timezone="UTC")


@dataclass(frozen=True)
class Table:
    """A table's columns and, where it is to be read, its rows."""

    columns: Columns
    content: google.TableContent

    @classmethod
    def of(cls, columns: Columns, rows: Iterable[Sequence[Any]] = ()) -> "Table":
        kinds = list(columns.values())
        data = [
            google.TableData.Row(cell=[_to_google(*pair) for pair in zip(row, kinds, strict=True)])
            for row in rows
        ]
        return cls(columns, google.TableContent(table_data=google.TableData(row=data)))

    def read_as(self, name: str) -> str:
        """What stands in a query's ``from`` for the table."""
        instants = [column for column, kind in self.columns.items() if kind == INSTANT]
        changed = ", ".join(f"timestamp_micros({column}) as {column}" for column in instants)
        return f"(select * replace ({changed}) from `{name}`)" if instants else f"`{name}`"


def columns_of(sql: str, tables: Mapping[str, Table]) -> Columns:
    """Names and types of what a query returns.

    Raises:
        ServerError: GoogleSQL does not accept it; the message says why.
    """
    return _analyzed(sql, _catalog(tables, {}))


def _analyzed(sql: str, catalog: google.SimpleCatalog) -> Columns:
    """The analyzer's answer as it is sent: zetasql's Analyzer would make objects of all of it."""
    request = google.AnalyzeRequest(
        sql_statement=sql, options=analyzer_options(), simple_catalog=catalog
    )
    service = ZetaSqlLocalService.get_instance().wasm_client
    answer = service.call_grpc_func(
        "ZetaSqlLocalService_Analyze", request.to_proto(), AnalyzeResponse
    )
    columns = answer.resolved_statement.resolved_query_stmt_node.output_column_list
    return {column.name: TypeKind(column.column.type.type_kind) for column in columns}


def rows_of(sql: str, tables: Mapping[str, Table]) -> Rows:
    """What a query returns, in Python's values; in it tables stand as ``Table.read_as`` says.

    Raises:
        ServerError: GoogleSQL does not accept it, or it fails on these rows.
    """
    return names_and_rows_of(sql, tables)[1]


def names_and_rows_of(sql: str, tables: Mapping[str, Table]) -> tuple[list[str], Rows]:
    """``rows_of``, and before it the names of the columns."""
    kinds = _analyzed(sql, _catalog(tables, {INSTANT: WHOLE}))
    instants = [column for column, kind in kinds.items() if kind == INSTANT]
    if instants:
        changed = ", ".join(f"unix_micros({column}) as {column}" for column in instants)
        sql = f"select * replace ({changed}) from (\n{sql}\n)"
    with _prepared(sql, tables) as query:
        data = query.execute().content.table_data
    return list(kinds), [
        tuple(_to_python(cell, kind) for cell, kind in zip(row.cell, kinds.values(), strict=True))
        for row in (data.row if data else [])
    ]


def _prepared(sql: str, tables: Mapping[str, Table]) -> PreparedQuery:
    builder = PreparedQuery.builder().set_sql(sql).set_analyzer_options(analyzer_options())
    builder.set_catalog(_catalog(tables, {INSTANT: WHOLE}))
    return builder.set_table_content({n: table.content for n, table in tables.items()}).prepare()


def _catalog(tables: Mapping[str, Table], instead: Mapping[TypeKind, TypeKind]) -> Any:
    functions = google.ZetaSQLBuiltinFunctionOptions(
        language_options=analyzer_options().language_options
    )
    builder = CatalogBuilder("esynapse").with_builtin_functions(functions)
    for name, table in tables.items():
        made = TableBuilder(name)
        for column, kind in table.columns.items():
            made.add_column(column, instead.get(kind, kind))
        builder.add_table(made.build())
    return builder.build()


def _to_google(value: Any, kind: TypeKind) -> google.Value:
    if value is None:
        return google.Value()
    if kind == INSTANT:
        return google.Value(int64_value=(value - EPOCH) // MICROSECOND)
    if kind == TypeKind.TYPE_DATE:
        return google.Value(date_value=(value - EPOCH.date()).days)
    if kind == TypeKind.TYPE_NUMERIC:
        whole = int(value.scaleb(9))
        size = whole.bit_length() // 8 + 1
        return google.Value(numeric_value=whole.to_bytes(size, "little", signed=True))
    return google.Value(**{FIELDS[kind]: value})


FIELDS = {
    TypeKind.TYPE_STRING: "string_value",
    TypeKind.TYPE_BYTES: "bytes_value",
    TypeKind.TYPE_BOOL: "bool_value",
    TypeKind.TYPE_INT64: "int64_value",
    TypeKind.TYPE_DOUBLE: "double_value",
}


def _to_python(cell: google.Value, kind: TypeKind) -> Any:
    if kind == TypeKind.TYPE_NUMERIC:
        raw = cell.numeric_value
        return None if raw is None else Decimal(int.from_bytes(raw, "little", signed=True)) / 10**9
    if kind == TypeKind.TYPE_DATE:
        days = cell.date_value
        return None if days is None else EPOCH.date() + timedelta(days=days)
    if kind == INSTANT:
        since = cell.int64_value
        return None if since is None else EPOCH + since * MICROSECOND
    return getattr(cell, FIELDS[kind])
