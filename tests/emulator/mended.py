"""bqemulator with those of its errors mended that the project's SQL meets.

It runs in the emulator's own environment, in place of the emulator's command. test_errors.py shows
each error, and that the mend gives what Google's implementation gives.
"""

import re
from functools import lru_cache
from typing import Any

import pyarrow as pa
import sqlglot
from bqemulator.cli import main
from bqemulator.jobs.executor import JOB_RESULTS, JOB_SCHEMAS
from bqemulator.sql.rewriter import create_table_schema_ctas
from bqemulator.storage.engine import DuckDBEngine
from sqlglot import exp
from sqlglot.generators.bigquery import BigQueryGenerator
from sqlglot.generators.duckdb import DuckDBGenerator


def a_typed_table_may_be_made_of_a_query_in_parentheses() -> None:
    """Which is how dbt writes a model with a contract."""
    first_select = create_table_schema_ctas._first_select

    def within_parentheses(query: Any) -> Any:
        while isinstance(query, exp.Subquery | exp.Paren):
            query = query.this
        return first_select(query)

    create_table_schema_ctas._first_select = within_parentheses


def a_cast_keeps_its_precision() -> None:
    """The emulator writes SQL as BigQuery's several times over before it becomes DuckDB's."""
    del BigQueryGenerator.TRANSFORMS[exp.Cast]


def a_numeric_has_nine_decimals() -> None:
    """DuckDB's own has three."""
    datatype_sql = DuckDBGenerator.datatype_sql

    def with_nine_decimals(self: DuckDBGenerator, expression: exp.DataType) -> str:
        if expression.this == exp.DType.DECIMAL and not expression.expressions:
            return "DECIMAL(38, 9)"
        return datatype_sql(self, expression)

    DuckDBGenerator.datatype_sql = with_nine_decimals


def the_rows_of_a_query_come_over_the_storage_api() -> None:
    """The emulator names the table that they are in, but keeps them by job. And with BigQuery's
    types, not with DuckDB's."""
    fetch_arrow = DuckDBEngine.fetch_arrow
    result = re.compile(r'_bqemu_anonymous"\."anon(\w+)"')
    kinds = {"INTEGER": pa.int64(), "NUMERIC": pa.decimal128(38, 9)}

    def fetch_rows(self: DuckDBEngine, sql: str, *arguments: Any, **options: Any) -> Any:
        found = result.search(sql)
        if not found:
            return fetch_arrow(self, sql, *arguments, **options)
        job = next(job for job in JOB_RESULTS if job.replace("-", "") == found[1])
        columns = [
            column.cast(kinds.get(field["type"], column.type))
            for column, field in zip(JOB_RESULTS[job].columns, JOB_SCHEMAS[job], strict=True)
        ]
        return pa.Table.from_arrays(columns, names=JOB_RESULTS[job].column_names)

    DuckDBEngine.fetch_arrow = fetch_rows


def a_statement_is_parsed_once() -> None:
    """For speed alone: a dozen steps of the translation would parse it, each for itself."""
    parsed = lru_cache(maxsize=256)(sqlglot.parse_one)

    def parse_one(sql: str, **options: Any) -> Any:
        return parsed(sql, **options).copy()

    sqlglot.parse_one = parse_one


MENDS = (
    a_typed_table_may_be_made_of_a_query_in_parentheses,
    a_cast_keeps_its_precision,
    a_numeric_has_nine_decimals,
    the_rows_of_a_query_come_over_the_storage_api,
    a_statement_is_parsed_once,
)

if __name__ == "__main__":
    for mend in MENDS:
        mend()
    main()
