"""Backfill: the shop's history, up to now, in bulk."""

import time
from dataclasses import dataclass
from datetime import UTC, date, datetime

import pyarrow as pa
import pyarrow.compute as pc

from esynapse.home import open_home
from esynapse.pipeline.shop_floor import ShopFloor, shop_as_it_stands, shop_floor
from esynapse.progress import Progress, silent
from esynapse.settings import Settings
from esynapse.shop import load_profile, products_table
from esynapse.warehouse import Warehouse, open_warehouse


@dataclass(frozen=True)
class BackfillReport:
    """What a backfill added."""

    opening_day: date
    """First day of the shop's history."""
    until: datetime
    days: int
    """Whole days added."""
    events: int
    seconds: float


def backfill(
    settings: Settings, *, now: datetime | None = None, progress: Progress = silent
) -> BackfillReport:
    """Simulate from where the shop stands to ``now`` (default: the clock) and load it in bulk.

    A new home gets ``settings.days`` whole days and today's hours so far; an old one what is
    missing. Killed and run again it goes on where it was; a batch lands once.
    """
    started = time.monotonic()
    load_profile(settings.profile)
    now = now or datetime.now(UTC)
    today = now.astimezone(UTC).date()
    home = open_home(settings.home)
    warehouse = open_warehouse(settings)
    with shop_floor(settings, home, today=today) as floor:
        opening = date.fromisoformat(floor.identity.opening_day)
        days = max((today - floor.position.day).days, 0)
        events = 0
        state = floor.state()
        for done in range(days):
            day_events, following = floor.simulate(state, source="backfill")
            events += _load(warehouse, floor, day_events, len(day_events))
            floor.close_day(following)
            state = following
            progress(done + 1, days, f"{events:,} events, {state.next_day}")
        if floor.position.day == today:
            day_events, _ = floor.simulate(state, source="backfill")
            events += _load(warehouse, floor, day_events, events_before(day_events, now))
        warehouse.load_products(products_table(state))
    return BackfillReport(opening, now, days, events, time.monotonic() - started)


def load_catalog(settings: Settings) -> int:
    """Load the shop's products as of the start of the day it is in; the number of products."""
    products = products_table(shop_as_it_stands(open_home(settings.home, create=False)))
    open_warehouse(settings).load_products(products)
    return int(products.num_rows)


def events_before(events: pa.Table, instant: datetime) -> int:
    """How many of ``events``, which are sorted by time, lie before ``instant``."""
    limit = pa.scalar(instant, type=pa.timestamp("us", tz="UTC"))
    return int(pc.sum(pc.less(events["event_timestamp"], limit)).as_py() or 0)


def _load(warehouse: Warehouse, floor: ShopFloor, events: pa.Table, until: int) -> int:
    """Load the day's events from the position to ``until`` and move the position there."""
    begin = floor.position.index
    if until <= begin:
        return 0
    key = f"shop/{floor.position.day}/{begin}-{until}"
    added = warehouse.load_events(events.slice(begin, until - begin), batch_key=key)
    floor.hand_over(until)
    return added
