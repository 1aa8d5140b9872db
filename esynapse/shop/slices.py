"""A slice of a day as the engine leaves it, and as the event contract wants it."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa

from esynapse.events import EVENT_SCHEMA, EVENT_TYPES
from esynapse.shop.arrivals import Visits
from esynapse.shop.catalog import Catalog
from esynapse.shop.clock import BIN, BINS, DayClock
from esynapse.shop.columns import Bools, Floats, Ints, SmallInts
from esynapse.shop.identifiers import event_ids, session_ids, user_ids
from esynapse.shop.prices import PriceBoard
from esynapse.shop.rows import KIND, EventRows, chronological
from esynapse.shop.state import ShopState


@dataclass(frozen=True)
class ViewRows:
    """The views of a slice, which are most of its events."""

    time: Ints
    visit: Ints
    product: Ints
    user: Ints
    """Per visit."""
    session: Ints
    """Per visit."""

    @classmethod
    def of(cls, visits: Visits, visit: Ints, product: Ints, time: Ints) -> "ViewRows":
        return cls(time, visit, product, visits.user, visits.session)

    def __len__(self) -> int:
        return len(self.time)

    def from_on(self, instant: int) -> EventRows:
        """The views from ``instant`` on as events like others."""
        late = np.flatnonzero(self.time >= instant)
        visit = self.visit[late]
        return EventRows.make(
            len(late),
            time=self.time[late],
            kind=KIND["view_item"],
            user=self.user[visit],
            session=self.session[visit],
            product=self.product[late],
        )


@dataclass(frozen=True)
class Board:
    """What it takes to put a price on an event."""

    prices: PriceBoard
    clock: DayClock

    @cached_property
    def _on_sale(self) -> Bools:
        return self.prices.on_sale.ravel()

    def asked(self, time: Ints, product: Ints) -> tuple[Floats, Bools]:
        """The price asked at each moment, and whether it was a promotion's; ``time`` never
        falls."""
        edges = self.clock.start + BIN * np.arange(1, 2 * BINS)
        last = np.append(np.searchsorted(time, edges), len(time))
        row = np.repeat(self.prices.row_of_bin, np.diff(last, prepend=0))
        cell = row * self.prices.price.shape[1] + product
        return self.prices.price.ravel()[cell], self._on_sale[cell]


@dataclass(frozen=True)
class DaySlice:
    """The events of a part of a UTC day, in numbers; ``events`` makes them a table."""

    first: int
    """Position in its day of the slice's first event."""
    end: int
    """The instant before which its events lie."""
    views: tuple[ViewRows, ...]
    """Of the sessions that start in the slice; those after its end are not its events."""
    others: EventRows
    size: int
    board: Board
    catalog: Catalog
    seed: int
    source: str
    truth: dict[str, pa.Table]
    """Rows that this slice adds to the tables of :mod:`esynapse.shop.truth`."""
    state: ShopState | None
    """The shop at the start of the next day; with the last slice of a day alone."""

    def __len__(self) -> int:
        return self.size

    def events(self) -> pa.Table:
        """The events in EVENT_SCHEMA, by time. Most of the work is done outside the GIL."""
        others, views = self.others, self.views
        time = np.concatenate([others.time, *(v.time for v in views)])
        session = np.concatenate([others.session, *(v.session[v.visit] for v in views)])
        product = np.concatenate([others.product, *(v.product for v in views)])
        kind = np.full(len(time), KIND["view_item"])
        kind[: len(others)] = others.kind
        order = chronological(time, session, kind, product)[: self.size]
        time, product = time[order], product[order]
        user = np.concatenate([others.user, *(v.user[v.visit] for v in views)])
        columns = [
            event_ids(time, self.seed, self.first),
            pa.array(time).cast(pa.timestamp("us", tz="UTC")),
            pa.array(EVENT_TYPES).take(pa.array(kind[order])),
            user_ids(user[order]),
            session_ids(session[order], self.seed),
            self.catalog.product_id.take(pa.array(product)),
            *self._figures(order, time, product),
            pa.repeat(self.source, self.size),
        ]
        return pa.Table.from_arrays(columns, schema=EVENT_SCHEMA)

    def _figures(self, order: Ints, time: Ints, product: Ints) -> list[pa.Array]:
        """on_sale, sale_price, quantity and rating; ``order`` has the rows of ``others`` first."""
        price, on_sale = self.board.asked(time, product)
        place = np.flatnonzero(order < len(self.others))
        rows = self.others.take(order[place])
        refund = rows.kind == KIND["refund"]
        price[place[refund]], on_sale[place[refund]] = rows.paid[refund], rows.on_sale[refund]
        return [
            pa.array(on_sale),
            pa.array(price),
            _scattered(rows.quantity, place, self.size),
            _scattered(rows.rating, place, self.size),
        ]


def _scattered(values: SmallInts, place: Ints, size: int) -> pa.Array:
    """``values`` that are not 0 in their places among ``size``, the others null."""
    spread = np.zeros(size, dtype=np.int64)
    spread[place] = values
    return pa.array(spread, mask=spread == 0)
