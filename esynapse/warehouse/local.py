"""The local warehouse: the lake for raw tables, one finished DuckDB file for the marts."""

import threading
from datetime import UTC, datetime, timedelta

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from esynapse.errors import EsynapseError
from esynapse.home import Home
from esynapse.warehouse import Freshness, Parameters
from esynapse.warehouse.lake import Lake, TableBatch
from esynapse.warehouse.ledger import LocalLedger
from esynapse.warehouse.publish import publish_marts
from esynapse.warehouse.raw_tables import RAW_TABLES

CLOCK_SKEW = timedelta(days=1)


class LocalWarehouse:
    """The warehouse protocol over one home."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.lake = Lake(home)
        self._reader: duckdb.DuckDBPyConnection | None = None
        self._reader_version = ""
        self._guard = threading.Lock()

    def load_products(self, products: pa.Table) -> None:
        """Replace the catalogue; one that is equal stays, and with it what was made from it."""
        if not self._has_products(products):
            self.lake.append("products", products, batch_key="current", replace=True)

    def load_events(self, events: pa.Table, *, batch_key: str) -> int:
        return self.lake.append("live_events", events, batch_key=batch_key)

    def append(self, table: str, rows: pa.Table, *, batch_key: str) -> int:
        return self.lake.append(table, rows, batch_key=batch_key)

    def write_tables(self, *batches: TableBatch) -> int:
        """Append to raw tables, or replace batches of them, all of it or nothing; rows added."""
        return self.lake.append_all(batches)

    def query(self, sql: str, parameters: Parameters | None = None) -> pa.Table:
        cursor = self._marts().cursor()
        try:
            cursor.execute("use marts")
            cursor.execute("set TimeZone = 'UTC'")
            return cursor.sql(sql, params=dict(parameters or {})).to_arrow_table()
        finally:
            cursor.close()

    def query_raw(
        self, sql: str, parameters: Parameters | None = None, *, since: datetime | None = None
    ) -> pa.Table:
        first_day = since.astimezone(UTC).date() if since else None
        return self.lake.query(sql, dict(parameters or {}), since=first_day)

    def ledger(self) -> LocalLedger:
        return LocalLedger(self.lake)

    def publish(self) -> None:
        publish_marts(self.home)

    def version(self) -> str:
        try:
            found = self.home.marts.stat()
        except FileNotFoundError:
            return ""
        return f"{found.st_ino}-{found.st_mtime_ns}"

    def freshness(self) -> Freshness:
        published_at = as_of = None
        if self.version():
            row = self.query("select published_at, as_of from publication").to_pylist()[0]
            published_at, as_of = row["published_at"], row["as_of"]
        return Freshness(self._newest_event(), published_at, as_of)

    def _has_products(self, products: pa.Table) -> bool:
        files = [self.home.lake / file.path for file in self.lake.files("products")]
        try:
            there = [pq.read_table(path) for path in files]
        except (OSError, pa.ArrowInvalid):  # lost or damaged, so it has to be replaced
            return False
        return bool(there) and pa.concat_tables(there).equals(products.cast(RAW_TABLES["products"]))

    def _newest_event(self) -> datetime | None:
        horizon = (datetime.now(UTC) + CLOCK_SKEW).date()
        dated = [
            f for f in self.lake.files("live_events") if f.event_date and f.event_date <= horizon
        ]
        if not dated:
            return None
        newest = self.lake.query(
            "select max(event_timestamp) as newest from live_events"
            " where event_timestamp <= $limit",
            {"limit": datetime.now(UTC) + CLOCK_SKEW},
            since=dated[-1].event_date,
        )
        value: datetime | None = newest["newest"][0].as_py()
        return value

    def _marts(self) -> duckdb.DuckDBPyConnection:
        """One connection for each published version.

        An in-memory database with the file attached, because connecting to the path itself would
        give the version that another thread still has open.
        """
        with self._guard:
            version = self.version()
            if not version:
                raise EsynapseError(
                    f"{self.home.root} has no published marts yet: run 'esynapse up' or "
                    "'esynapse transform'"
                )
            if self._reader is None or version != self._reader_version:
                reader = duckdb.connect()
                path = str(self.home.marts).replace("'", "''")
                reader.execute(f"attach '{path}' as marts (read_only)")
                reader.execute("set enable_external_access = false")
                self._reader, self._reader_version = reader, version
            return self._reader
