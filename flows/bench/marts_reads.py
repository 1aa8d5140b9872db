"""The limit of `esynapse bench marts`: reading the raw events once."""

import time
from contextlib import closing

import duckdb

from esynapse.home import open_home
from esynapse.settings import Settings
from esynapse.warehouse.lake import Lake


def read_everything(settings: Settings) -> tuple[int, float]:
    """Rows of live_events, and the seconds that DuckDB takes to touch every value of them."""
    lake = Lake(open_home(settings.home, create=False))
    relation = lake.relation("live_events", lake.files("live_events"))
    with closing(duckdb.connect()) as connection:
        started = time.monotonic()
        row = connection.execute(
            f"select count(*), bit_xor(hash(events)) from (select * from {relation}) as events"
        ).fetchone()
        seconds = time.monotonic() - started
    assert row is not None
    return int(row[0]), seconds
