"""The warehouse: one protocol, one implementation per target."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

import pyarrow as pa

from esynapse.settings import Settings

if TYPE_CHECKING:
    from esynapse.warehouse.ledger import Ledger

Parameters = Mapping[str, object]


@dataclass(frozen=True)
class Freshness:
    """How old things are; every instant is in UTC, None where there is nothing yet."""

    newest_event: datetime | None
    """event_timestamp of the newest raw row."""
    published_at: datetime | None
    """When the marts were last published, which a green build alone does."""
    as_of: datetime | None
    """The newest event that the published marts have seen."""


class Warehouse(Protocol):
    """What the pipeline and its readers need of a warehouse.

    SQL given to ``query`` and ``query_raw`` is the portable subset of DuckDB's and GoogleSQL,
    with parameters named ``$like_this``.
    """

    def load_products(self, products: pa.Table) -> None:
        """Replace the table ``products`` (PRODUCT_SCHEMA)."""

    def load_events(self, events: pa.Table, *, batch_key: str) -> int:
        """Append to ``live_events`` (EVENT_SCHEMA); the same key again adds nothing.

        Returns the rows added.
        """

    def append(self, table: str, rows: pa.Table, *, batch_key: str) -> int:
        """Append to another of ``raw_tables.RAW_TABLES``; the same key again adds nothing.

        Returns the rows added.
        """

    def query(self, sql: str, parameters: Parameters | None = None) -> pa.Table:
        """Ask the published marts. Raises EsynapseError if there are none yet."""

    def query_raw(
        self, sql: str, parameters: Parameters | None = None, *, since: datetime | None = None
    ) -> pa.Table:
        """Ask the raw tables, of event dates from ``since`` on: the last minutes, not history."""

    def ledger(self) -> "Ledger":
        """The builds on record."""

    def publish(self) -> None:
        """Show the marts of the build that just went green to readers, all at once."""

    def version(self) -> str:
        """Changes whenever ``query`` may answer differently; '' before the first publish."""

    def freshness(self) -> Freshness:
        """How old the data and the marts are."""


def open_warehouse(settings: Settings, *, create: bool = True) -> Warehouse:
    """The warehouse of the target in ``settings``; the local one is made if ``create``."""
    if settings.target == "bigquery":
        from esynapse.warehouse.bigquery.warehouse import BigQueryWarehouse

        return BigQueryWarehouse(settings)
    from esynapse.home import open_home
    from esynapse.warehouse.local import LocalWarehouse

    return LocalWarehouse(open_home(settings.home, create=create))
