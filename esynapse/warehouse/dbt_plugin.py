"""dbt's view of the raw tables on the local target.

A plugin of dbt-duckdb (https://github.com/duckdb/dbt-duckdb#writing-your-own-plugins). When dbt
connects, it takes one snapshot of the lake's catalog and turns it into the schema ``raw``, so that
every model of a run reads the same files, whatever lands meanwhile.
"""

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
from esynapse.warehouse.raw_tables import RAW_TABLES

_UTC = pa.timestamp("us", tz="UTC")

BUILDS_SCHEMA = pa.schema(
    [
        pa.field("build_id", pa.string()),
        pa.field("started_at", _UTC),
        pa.field("finished_at", _UTC),
        pa.field("status", pa.string()),
        pa.field("watermark", pa.int64()),
        pa.field("models", pa.int64()),
        pa.field("tests_passed", pa.int64()),
        pa.field("tests_failed", pa.int64()),
    ]
)
"""One row per build of the warehouse: status is running, green or red; watermark is the
``landed_at`` (microseconds since 1970) up to which it read ``live_events``."""


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
    """Fill the schema ``raw``: a view for each raw table, and the table ``builds``."""
    lake = Lake(home)
    connection.execute("create schema if not exists raw")
    for table in RAW_TABLES:
        relation = lake.relation(table, lake.files(table))
        connection.execute(f"create or replace view raw.{table} as select * from {relation}")
    connection.register("builds_snapshot", _builds(lake))
    connection.execute("create or replace table raw.builds as from builds_snapshot")
    connection.unregister("builds_snapshot")


def _builds(lake: Lake) -> pa.Table:
    columns = ", ".join(BUILDS_SCHEMA.names)
    with closing(lake.connect()) as catalog:
        rows = catalog.execute(f"select {columns} from builds order by started_at").fetchall()
    return pa.table(
        [
            pa.array([row[i] for row in rows], type=field.type)
            for i, field in enumerate(BUILDS_SCHEMA)
        ],
        schema=BUILDS_SCHEMA,
    )
