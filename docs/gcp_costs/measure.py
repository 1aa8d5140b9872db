"""Weighs the tables of simulated shops as BigQuery would.

Three shops show how each table grows: one, the same for twice as long, the same with four times the
traffic.
"""

from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from dashboard.queries.live import LIVE_EVENTS
from esynapse.events import EVENT_SCHEMA, encode_events
from esynapse.home import open_home
from esynapse.pipeline.bootstrap import bootstrap
from esynapse.progress import silent
from esynapse.settings import load_settings
from gcp_costs.figures import Figures

SHOPS: Mapping[str, Mapping[str, float]] = {
    "base": {"days": 45, "scale": 1},
    "longer": {"days": 90, "scale": 1},
    "larger": {"days": 45, "scale": 4},
}
MESSAGES = 200_000
"""Events encoded to weigh a message."""
ROUNDING = 1000

_BYTES = {
    "BOOLEAN": 1,
    "DECIMAL": 16,
    **dict.fromkeys(("INTEGER", "BIGINT", "HUGEINT", "DOUBLE", "DATE", "TIMESTAMP"), 8),
    "TIMESTAMP WITH TIME ZONE": 8,
}
"""Logical bytes of a value that is not null, by DuckDB's name of its type
(https://cloud.google.com/bigquery/pricing#data). A text has 2 more than in UTF-8."""


def simulate(home: Path, shop: Mapping[str, float]) -> None:
    """Make a home with its history, marts and forecasts."""
    settings = load_settings(target="local", home=home, days=shop["days"], scale=shop["scale"])
    bootstrap(settings, begin=lambda _: silent, done=lambda _: None)


def measure(homes: Mapping[str, Path], relations: Mapping[str, str]) -> Figures:
    """What ``figures.json`` says of sizes.

    Args:
        homes: of the three SHOPS, after their first build.
        relations: name of a table, and where a home has it.
    """
    found = {name: _Home(path) for name, path in homes.items()}
    return {
        "measured": f"{datetime.now(UTC):%Y-%m-%d}",
        "shops": {name: home.shop() for name, home in found.items()},
        "message_bytes": found["base"].message_bytes(),
        "live_page_bytes": found["base"].live_page_bytes(),
        "bytes": {
            table: [home.bytes(relation) for home in found.values()]
            for table, relation in relations.items()
        },
    }


class _Home:
    def __init__(self, path: Path) -> None:
        self._warehouse = open_home(path, create=False).warehouse

    def shop(self) -> Figures:
        """Days of history, today's begun one among them, and events a day."""
        days, events = self._ask("select count(distinct event_date), count(*) from raw.live_events")
        return {"days": days, "events_a_day": round(events / days)}

    def bytes(self, relation: str) -> int:
        """Logical bytes of a table, to the nearest thousand."""
        if relation == "raw.live_events":
            relation = f"(select {', '.join(EVENT_SCHEMA.names)} from raw.live_events)"
        return -(-self._weigh(relation) // ROUNDING) * ROUNDING

    def message_bytes(self) -> float:
        """Mean size of the data of a message."""
        columns = ", ".join(EVENT_SCHEMA.names)
        with closing(self._connect()) as connection:
            sql = f"select {columns} from raw.live_events using sample {MESSAGES} rows (system, 1)"
            events = connection.sql(sql).to_arrow_table().cast(EVENT_SCHEMA)
        sizes = [len(message) for message in encode_events(events)]
        return round(sum(sizes) / len(sizes), 1)

    def live_page_bytes(self) -> float:
        """Mean size of what the Live page reads of an event."""
        columns = LIVE_EVENTS.partition("from")[0].strip()
        total = self._weigh(f"({columns} from raw.live_events)")
        (events,) = self._ask("select count(*) from raw.live_events")
        return round(total / events, 1)

    def _weigh(self, relation: str) -> int:
        with closing(self._connect()) as connection:
            described = connection.execute(f"describe select * from {relation}").fetchall()
        sums = " + ".join(_sum(name, kind) for name, kind, *_ in described)
        return int(self._ask(f"select {sums} from {relation}")[0])

    def _ask(self, sql: str) -> tuple[int, ...]:
        with closing(self._connect()) as connection:
            row: tuple[int, ...] = connection.execute(sql).fetchall()[0]
        return row

    def _connect(self) -> duckdb.DuckDBPyConnection:
        connection = duckdb.connect(str(self._warehouse), read_only=True)
        connection.execute("set TimeZone = 'UTC'")
        return connection


def _sum(column: str, kind: str) -> str:
    lengths = {"VARCHAR": "strlen", "BLOB": "octet_length"}
    if kind in lengths:
        return f'coalesce(sum(2 + {lengths[kind]}("{column}")), 0)'
    return f'{_BYTES[kind.partition("(")[0]]} * count("{column}")'
