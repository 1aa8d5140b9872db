"""One connection to the warehouse, whose answers are kept for as long as they are true."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa
import streamlit as st
from streamlit.connections import BaseConnection

from dashboard import queries
from esynapse.errors import EsynapseError
from esynapse.pipeline.origin import has_shop
from esynapse.settings import load_settings
from esynapse.warehouse import Freshness, Warehouse, open_warehouse

RECENT_SECONDS = {"local": 1.5, "bigquery": 15.0}
"""How long the last hour's events are good for, by target: BigQuery bills each reading of them."""

CLOCK_SKEW = timedelta(minutes=1)
"""How far ahead of ours an event's clock may be and still count as now."""


class WarehouseConnection(BaseConnection[Warehouse]):
    """``st.connection`` over the warehouse protocol.

    An answer is cached under the version of the published marts: nothing is asked twice between
    two publishes, and nothing is stale after one.
    """

    def _connect(self, **_: Any) -> Warehouse:
        return open_warehouse(load_settings(), create=False)

    @property
    def warehouse(self) -> Warehouse:
        return self._instance

    def version(self) -> str:
        """Version of the published marts; '' before the first publish."""
        return self.warehouse.version()

    def query(self, sql: str, **parameters: object) -> pd.DataFrame:
        """Ask the marts. Treat the frame as read-only: others are given the same one.

        Money comes as float64, dates and timestamps as datetime64.

        Raises:
            EsynapseError: there are no marts yet, or they were made by another version.
        """
        return _answer(self.warehouse, self.version(), sql, parameters)

    def recent_events(self, window: timedelta) -> pd.DataFrame:
        """Raw events of the last ``window`` without repeats, the columns of queries.LIVE_EVENTS.

        Read once in RECENT_SECONDS, for all viewers together. Treat the frame as read-only.

        Raises:
            EsynapseError: a file of the lake is damaged, or BigQuery does not answer.
        """
        settings = load_settings()
        turn = int(time.monotonic() / RECENT_SECONDS[settings.target])
        return _recent(self.warehouse, window, str(settings.home), turn)

    def streams(self) -> bool:
        """Whether live events can be expected: not where a local home holds imported data alone."""
        settings = load_settings()
        if settings.target != "local":
            return True
        return _has_shop(self.version(), str(settings.home))

    def freshness(self) -> Freshness:
        """How old the data are; asked at most every five seconds, for all viewers together."""
        return _freshness(self.warehouse, self.version(), str(load_settings().home))


def connect() -> WarehouseConnection:
    """The connection of this process to the home that the settings name."""
    settings = load_settings()
    return st.connection(
        "warehouse",
        type=WarehouseConnection,
        target=settings.target,
        home=str(settings.home.absolute()),
    )


@st.cache_resource(max_entries=512, show_spinner=False)
def _answer(
    _warehouse: Warehouse,
    version: str,  # noqa: ARG001 - part of the key
    sql: str,
    parameters: dict[str, object],
) -> pd.DataFrame:
    try:
        return to_frame(_warehouse.query(sql, parameters))
    except duckdb.CatalogException as error:
        missing = str(error).splitlines()[0]
        raise EsynapseError(
            f"the published marts do not fit this dashboard ({missing}): run 'esynapse transform'"
        ) from error


@st.cache_resource(max_entries=4, show_spinner=False)
def _recent(
    _warehouse: Warehouse,
    window: timedelta,
    home: str,  # noqa: ARG001 - part of the key
    turn: int,  # noqa: ARG001 - part of the key
) -> pd.DataFrame:
    now = datetime.now(UTC)
    events = _warehouse.query_raw(
        queries.LIVE_EVENTS,
        {"begin": now - window, "until": now + CLOCK_SKEW},
        since=now - window,
    )
    return to_frame(events).drop_duplicates("event_id", ignore_index=True)


@st.cache_data(ttl=5, max_entries=8, show_spinner=False)
def _has_shop(version: str, home: str) -> bool:  # noqa: ARG001 - part of the key
    return has_shop(load_settings(home=home))


@st.cache_data(ttl=5, max_entries=8, show_spinner=False)
def _freshness(
    _warehouse: Warehouse,
    version: str,  # noqa: ARG001 - part of the key
    home: str,  # noqa: ARG001 - part of the key
) -> Freshness:
    return _warehouse.freshness()


def to_frame(table: pa.Table) -> pd.DataFrame:
    """Arrow to pandas: decimals as float64, dates as datetime64."""
    columns = [
        column.cast(pa.float64()) if pa.types.is_decimal(column.type) else column
        for column in table.columns
    ]
    cast = pa.Table.from_arrays(columns, names=table.column_names)
    frame: pd.DataFrame = cast.to_pandas(date_as_object=False)
    return frame
