"""dbt's view of the raw tables on the local target.

A plugin of dbt-duckdb (https://github.com/duckdb/dbt-duckdb#writing-your-own-plugins). When dbt
connects, it takes one snapshot of the lake's catalog and turns it into the schema ``raw``, so that
every model of a run reads the same files, whatever lands meanwhile.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

import pyarrow as pa
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.adapters.duckdb.plugins import BasePlugin
from dbt_common.events.base_types import EventMsg
from dbt_common.events.event_manager_client import add_callback_to_manager
from duckdb import DuckDBPyConnection

from esynapse.home import Home, open_home
from esynapse.warehouse.lake import Lake
from esynapse.warehouse.raw_tables import CATALOG_TABLES, RAW_TABLES


class Plugin(BasePlugin):  # type: ignore[misc]
    """Named by dbt/profiles.yml; its configuration is ``home``, the folder of the local target.

    The profile keeps the connection open, or else dbt-duckdb would open the file (and this class
    look at the lake) again whenever no model happens to run. When dbt's command is over, the file
    is closed, so that the process that ran dbt may open it.
    """

    def initialize(self, plugin_config: dict[str, str]) -> None:
        self._home = plugin_config["home"]

    def configure_connection(self, conn: DuckDBPyConnection) -> None:
        add_callback_to_manager(_close_when_completed)
        create_raw_schema(conn, open_home(Path(self._home), create=False))


def _close_when_completed(event: EventMsg) -> None:
    if event.info.name == "CommandCompleted":
        DuckDBConnectionManager.env().close()
        DuckDBConnectionManager.close_all_connections()


def create_raw_schema(connection: DuckDBPyConnection, home: Home) -> None:
    """Fill the schema ``raw``: a view for each raw table, a copy of each table of the catalog."""
    lake = Lake(home)
    connection.execute("create schema if not exists raw")
    for table in RAW_TABLES:
        relation = lake.relation(table, lake.files(table))
        connection.execute(f"create or replace view raw.{table} as select * from {relation}")
    with closing(lake.connect()) as catalog:
        for table, schema in CATALOG_TABLES.items():
            connection.register("catalog_snapshot", _snapshot(catalog, table, schema))
            connection.execute(f"create or replace table raw.{table} as from catalog_snapshot")
            connection.unregister("catalog_snapshot")


def _snapshot(catalog: sqlite3.Connection, table: str, schema: pa.Schema) -> pa.Table:
    """A table of the catalog as Arrow; instants are microseconds there, dates are text."""
    names = ", ".join(schema.names)
    rows = catalog.execute(f"select {names} from {table} order by {names}").fetchall()
    columns = zip(*rows, strict=True) if rows else ([] for _ in schema)
    return pa.table(
        [pa.array(column).cast(field.type) for column, field in zip(columns, schema, strict=True)],
        schema=schema,
    )
