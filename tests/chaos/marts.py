"""Two sets of published marts, row for row and to the cent."""

from contextlib import closing
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

OF_THE_RUN = {
    # When this home published, not what.
    "publication": {"published_at"},
    # How often rows came and when builds ran: repeats and kills are what the runs differ in.
    "pipeline_health": {
        "rows_received",
        "rows_backfill",
        "rows_live",
        "duplicates",
        "dead_letters",
        "rows_streamed",
        "rows_late",
        "late_under_1_hour",
        "late_under_1_day",
        "late_under_7_days",
        "late_7_days_and_more",
        "builds",
        "green_builds",
        "models_failed",
        "tests_passed",
        "tests_warned",
        "tests_failed",
        "failed_nodes",
        "warned_tests",
        "last_green_build_at",
        "publish_lag_seconds",
        "marts_age_seconds",
    },
}
"""Columns that tell of the run and not of the shop, by table."""


def differences(left: Path, right: Path) -> list[str]:
    """Tables of two marts.duckdb in which the two differ; one line each."""
    with closing(duckdb.connect()) as connection:
        connection.execute("set TimeZone = 'UTC'")
        for name, path in (("a", left), ("b", right)):
            connection.execute(f"attach '{path}' as {name} (read_only)")
        tables = {name: _tables(connection, name) for name in ("a", "b")}
        if tables["a"] != tables["b"]:
            return [f"tables: {sorted(tables['a'] ^ tables['b'])}"]
        found = (_difference(connection, table) for table in sorted(tables["a"]))
        return [line for line in found if line]


def _tables(connection: duckdb.DuckDBPyConnection, database: str) -> set[str]:
    sql = "select table_name from duckdb_tables() where database_name = $name"
    return {name for (name,) in connection.execute(sql, {"name": database}).fetchall()}


def _difference(connection: duckdb.DuckDBPyConnection, table: str) -> str | None:
    left, right = (_rows(connection, f"{name}.{table}") for name in ("a", "b"))
    if left.schema != right.schema:
        return f"{table}: the columns differ"
    if left.num_rows != right.num_rows:
        return f"{table}: {left.num_rows} rows and {right.num_rows}"
    for name in left.schema.names:
        if name not in OF_THE_RUN.get(table, ()) and not _same(left[name], right[name]):
            return f"{table}: {name} differs: {_sample(left, right, name)}"
    return None


def _rows(connection: duckdb.DuckDBPyConnection, relation: str) -> pa.Table:
    """All rows, ordered by what is compared exactly: neither doubles nor columns of the run."""
    schema = connection.sql(f"from {relation} limit 0").to_arrow_table().schema
    apart = OF_THE_RUN.get(relation.split(".")[1], ())
    exact = [
        f'"{f.name}"' for f in schema if f.name not in apart and not pa.types.is_floating(f.type)
    ]
    order = ", ".join(exact or ["1"])
    return connection.sql(f"from {relation} order by {order}").to_arrow_table()


def _same(left: pa.ChunkedArray, right: pa.ChunkedArray) -> bool:
    """Equal; doubles, which are sums in whatever order rows are read, to nine digits."""
    if not pa.types.is_floating(left.type):
        return bool(left.equals(right))
    if not left.is_null().equals(right.is_null()):
        return False
    numbers = (side.drop_null().to_numpy() for side in (left, right))
    return bool(np.allclose(*numbers, rtol=1e-9, atol=1e-9, equal_nan=True))


def _sample(left: pa.Table, right: pa.Table, name: str) -> str:
    pairs = zip(left[name].to_pylist(), right[name].to_pylist(), strict=True)
    different = [pair for pair in pairs if pair[0] != pair[1]]
    return f"{len(different)} of {left.num_rows} rows, the first {different[:1]}"
