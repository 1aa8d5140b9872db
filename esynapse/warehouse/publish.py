"""Publishing: the marts of a green build become one finished file that readers open."""

import os
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from esynapse.home import Home

MARTS_SCHEMA = "marts"
"""The schema of warehouse.duckdb that dbt builds the marts into."""


def publish_marts(home: Home) -> None:
    """Copy every table and view of the marts schema into a new file, as tables, then rename it to
    ``marts.duckdb``.

    Call it while holding the lock of the warehouse, after a green build. A reader sees the old
    file or the new one, never a part.
    """
    temporary = home.marts.with_suffix(".tmp")
    temporary.unlink(missing_ok=True)
    try:
        with duckdb.connect() as connection:
            # under this name, since the SQL of a view over marts says "marts" and means the schema
            connection.execute(f"attach '{_quoted(temporary)}' as published")
            connection.execute("use published")
            _copy(connection, home)
        with temporary.open("rb") as finished:
            os.fsync(finished.fileno())
        temporary.replace(home.marts)
    except BaseException:
        temporary.unlink(missing_ok=True)
        temporary.with_suffix(".tmp.wal").unlink(missing_ok=True)
        raise


def _copy(connection: duckdb.DuckDBPyConnection, home: Home) -> None:
    connection.execute("set TimeZone = 'UTC'")
    connection.execute(f"attach '{_quoted(home.warehouse)}' as warehouse (read_only)")
    tables = connection.execute(
        "select table_name from information_schema.tables"
        " where table_catalog = 'warehouse' and table_schema = $schema order by 1",
        {"schema": MARTS_SCHEMA},
    ).fetchall()
    for (table,) in tables:
        connection.execute(f'create table "{table}" as from warehouse.{MARTS_SCHEMA}."{table}"')
    (as_of,) = connection.execute(
        f"select max(as_of) from warehouse.{MARTS_SCHEMA}.pipeline_clock"
    ).fetchone() or (None,)
    connection.execute(
        "create table publication as select $now::timestamptz as published_at,"
        " $as_of::timestamptz as as_of",
        {"now": datetime.now(UTC), "as_of": as_of},
    )
    connection.execute("detach warehouse")
    connection.execute("checkpoint")


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
