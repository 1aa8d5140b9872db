"""Backfill: the shop's history, up to now, in bulk."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Self

from esynapse.home import open_home
from esynapse.pipeline.batches import Batch, Stand
from esynapse.pipeline.shop_floor import ShopFloor, check_names, shop_as_it_stands, shop_floor
from esynapse.progress import Progress, silent
from esynapse.settings import Settings
from esynapse.shop import products_table
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
    check_names(settings)
    now = now or datetime.now(UTC)
    today = now.astimezone(UTC).date()
    home = open_home(settings.home)
    warehouse = open_warehouse(settings)
    with shop_floor(settings, home, today=today) as floor:
        opening = date.fromisoformat(floor.identity.opening_day)
        days = max((today - floor.position.day).days, 0)
        stand: Stand | None = floor.stand()
        with _Loading(warehouse, floor) as loading:
            while stand and stand.state.next_day <= today:
                state = stand.state
                until = now if state.next_day == today else None
                for batch in floor.simulate(stand, source="backfill"):
                    loading.load(batch, until)
                    stand = None if until else batch.following
                done = days - (today - state.next_day).days
                progress(done, days, f"{loading.events:,} events, {state.next_day}")
        warehouse.load_products(products_table(shop_as_it_stands(home)))
    return BackfillReport(opening, now, days, loading.events, time.monotonic() - started)


def load_catalog(settings: Settings) -> int:
    """Load the shop's products as of the start of the day it is in; the number of products."""
    products = products_table(shop_as_it_stands(open_home(settings.home, create=False)))
    open_warehouse(settings).load_products(products)
    return int(products.num_rows)


class _Loading:
    """Loads slices in another thread, one behind their simulation, and moves the position after."""

    def __init__(self, warehouse: Warehouse, floor: ShopFloor) -> None:
        self.warehouse, self.floor = warehouse, floor
        self.events = 0
        self._begin = floor.position.index
        self._thread = ThreadPoolExecutor(1)
        self._under_way: Callable[[], None] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self._finish()
        self._thread.shutdown()

    def load(self, batch: Batch, before: datetime | None) -> None:
        """Load the batch from the position on; what arrives ``before`` an instant, if given."""
        self._finish()
        loaded = self._thread.submit(self._load, batch, self._begin, before)

        def land() -> None:
            added, until = loaded.result()
            self.events += added
            self.floor.hand_over(until)
            if batch.following and before is None:
                self.floor.close_day(batch.following)

        self._under_way = land
        self._begin = 0 if batch.following else self._begin

    def _finish(self) -> None:
        if self._under_way:
            land, self._under_way = self._under_way, None
            land()

    def _load(self, batch: Batch, begin: int, before: datetime | None) -> tuple[int, int]:
        """Rows added, and the position in the day after them."""
        begin = max(begin - batch.first, 0)
        if begin >= len(batch):
            return 0, batch.first + begin
        end = batch.count_before(before) if before else len(batch)
        if end <= begin:
            return 0, batch.first + begin
        key = f"shop/{self.floor.position.day}/{batch.first + begin}-{batch.first + end}"
        added = self.warehouse.load_events(batch.rows(begin, end), batch_key=key)
        self.floor.keep_disorder(batch, begin, end, as_rows=True)
        return added, batch.first + end
