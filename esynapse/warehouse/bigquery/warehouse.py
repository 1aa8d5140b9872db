"""The warehouse protocol over BigQuery."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Generic, TypeVar

import pyarrow as pa

from esynapse.errors import EsynapseError
from esynapse.events import PRODUCT_SCHEMA
from esynapse.settings import Settings
from esynapse.warehouse import Freshness, Parameters
from esynapse.warehouse.bigquery.clients import bigquery_client, retries, storage_client
from esynapse.warehouse.bigquery.errors import explained
from esynapse.warehouse.bigquery.jobs import Jobs, Statement
from esynapse.warehouse.bigquery.ledger import BigQueryLedger
from esynapse.warehouse.bigquery.loading import Loader
from esynapse.warehouse.bigquery.names import Names
from esynapse.warehouse.bigquery.parameters import with_at_signs
from esynapse.warehouse.bigquery.publish import publish_marts

if TYPE_CHECKING:
    from google.cloud.bigquery import Client
    from google.cloud.bigquery_storage_v1 import BigQueryReadClient

CLOCK_SKEW = timedelta(days=1)
VERSION_SECONDS, NEWEST_SECONDS = 5.0, 60.0
"""How long an answer about the version, and about the newest event, is good for. The first is a
free call; the second reads what BigQuery bills as 10 MB."""
RECENT_DAYS = 2
"""Where the newest event is looked for."""

Value = TypeVar("Value")


class BigQueryWarehouse:
    """The warehouse protocol over the datasets of one project; threads may share it."""

    def __init__(self, settings: Settings) -> None:
        self.names = Names.of(settings)
        self._settings = settings
        self._version = _Remembered(VERSION_SECONDS, self._ask_version)
        self._newest = _Remembered(NEWEST_SECONDS, self._ask_newest)

    def load_products(self, products: pa.Table) -> None:
        """Replace the catalogue; one that is equal stays, and with it what was made from it."""
        if not self._has_products(products):
            self._loader.replace(self.names.raw_table("products"), products)

    def load_events(self, events: pa.Table, *, batch_key: str) -> int:
        return self.append("live_events", events, batch_key=batch_key)

    def append(self, table: str, rows: pa.Table, *, batch_key: str) -> int:
        return self._loader.append(self.names.raw_table(table), rows, batch_key=batch_key)

    def query(self, sql: str, parameters: Parameters | None = None) -> pa.Table:
        if not self.version():
            raise EsynapseError(
                f"{self.names.published} has no published marts yet: run 'esynapse transform'"
            )
        return self._ask(sql, parameters, self.names.published)

    def query_raw(
        self,
        sql: str,
        parameters: Parameters | None = None,
        *,
        since: datetime | None = None,  # noqa: ARG002 - BigQuery reads it off the condition
    ) -> pa.Table:
        """Ask the raw tables; of ``live_events`` only with a condition on its event_timestamp."""
        return self._ask(sql, parameters, self.names.raw)

    def ledger(self) -> BigQueryLedger:
        return BigQueryLedger(self._jobs("transform"), self._loader, self.names)

    def publish(self) -> None:
        publish_marts(self._client, self._jobs("publish"), self.names)
        self._version.forget()

    def version(self) -> str:
        """Asked of BigQuery at most every five seconds."""
        return self._version.value()

    def freshness(self) -> Freshness:
        """The newest event is asked of BigQuery at most once a minute."""
        published_at = as_of = None
        if self.version():
            with explained("the reading of the publication"):
                rows = self._client.list_rows(self.names.publication, retry=retries())
                row = dict(next(iter(rows)).items())
            published_at, as_of = row["published_at"], row["as_of"]
        return Freshness(self._newest.value() or as_of, published_at, as_of)

    @cached_property
    def _client(self) -> "Client":
        return bigquery_client(self._settings)

    @cached_property
    def _storage(self) -> "BigQueryReadClient | None":
        return storage_client(self._settings, self._client)

    @cached_property
    def _loader(self) -> Loader:
        return Loader(self._client)

    def _jobs(self, flow: str) -> Jobs:
        return Jobs(self._client, flow=flow, maximum_bytes=self._settings.bigquery_maximum_bytes)

    def _ask(self, sql: str, parameters: Parameters | None, dataset: str) -> pa.Table:
        statement = Statement("query", with_at_signs(sql), dict(parameters or {}))
        rows = self._jobs("read").ask(statement, dataset=dataset)
        with explained("the reading of an answer"):
            return rows.to_arrow(bqstorage_client=self._storage, create_bqstorage_client=False)

    def _has_products(self, products: pa.Table) -> bool:
        sql = f"select {', '.join(PRODUCT_SCHEMA.names)} from products"
        there, given = self.query_raw(sql).cast(PRODUCT_SCHEMA), products.cast(PRODUCT_SCHEMA)
        order = [("product_id", "ascending")]
        return bool(there.sort_by(order).equals(given.sort_by(order)))

    def _ask_version(self) -> str:
        from google.api_core.exceptions import NotFound

        with explained("the look for published marts"):
            try:
                table = self._client.get_table(self.names.publication, retry=retries())
            except NotFound:
                return ""
        return f"{table.modified:%Y%m%dT%H%M%S.%f}" if table.num_rows else ""

    def _ask_newest(self) -> datetime | None:
        now = datetime.now(UTC)
        found = self.query_raw(
            "select max(event_timestamp) as newest from live_events"
            " where event_timestamp > $since and event_timestamp <= $limit",
            {"since": now - timedelta(days=RECENT_DAYS), "limit": now + CLOCK_SKEW},
        )
        value: datetime | None = found["newest"][0].as_py()
        return value


class _Remembered(Generic[Value]):
    """An answer that is good for a while, whoever asks; asked by one thread at a time."""

    def __init__(self, seconds: float, ask: Callable[[], Value]) -> None:
        self._seconds, self._ask = seconds, ask
        self._until = 0.0
        self._guard = threading.Lock()

    def value(self) -> Value:
        with self._guard:
            if time.monotonic() >= self._until:
                self._value = self._ask()
                self._until = time.monotonic() + self._seconds
            return self._value

    def forget(self) -> None:
        with self._guard:
            self._until = 0.0
