"""One day of the shop: from its state at the start of a UTC day to events and the next state."""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from esynapse.errors import EsynapseError
from esynapse.events import PRODUCT_SCHEMA
from esynapse.shop.arrivals import Crowd
from esynapse.shop.clock import BINS, day_clock
from esynapse.shop.day import Day
from esynapse.shop.inventory import receive
from esynapse.shop.opening import with_launches
from esynapse.shop.prices import price_board, settle
from esynapse.shop.slices import DaySlice
from esynapse.shop.state import ShopState

EVENTS_OF_A_SLICE = 1_000_000
"""About the most; a larger day is cut into as many slices as it takes, 96 at the most."""
_CUTS = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 96)
_EVENTS_OF_A_SESSION = 5


class SimulatedDay(NamedTuple):
    """What one simulated day gives."""

    events: pa.Table
    """EVENT_SCHEMA, by event_timestamp, all within the UTC day."""
    state: ShopState
    """The shop at the start of the next day."""
    truth: dict[str, pa.Table]
    """Rows that this day adds to the tables of :mod:`esynapse.shop.truth`."""


def simulate_day(state: ShopState, day: date, *, source: str = "backfill") -> SimulatedDay:
    """Simulate UTC day ``day``, which must be the state's next one; ``state`` stays as it is.

    Raises:
        EsynapseError: ``day`` is not ``state.next_day``.
    """
    if day != state.next_day:
        raise EsynapseError(f"shop: the next day to simulate is {state.next_day}, not {day}")
    slices = list(simulate_slices(state, source=source))
    following = slices[-1].state
    assert following is not None  # the last slice has it
    tables: dict[str, list[pa.Table]] = {}
    for part in slices:
        for name, rows in part.truth.items():
            tables.setdefault(name, []).append(rows)
    return SimulatedDay(
        pa.concat_tables([part.events() for part in slices]),
        following,
        {name: pa.concat_tables(parts) for name, parts in tables.items()},
    )


def simulate_slices(
    state: ShopState, *, source: str = "backfill", slices: int | None = None
) -> Iterator[DaySlice]:
    """Simulate the state's next UTC day in slices of time, so that memory stays flat.

    Args:
        slices: how many; a divisor of the 96 quarter hours. It changes nothing in the events. The
            default keeps a slice below about a million events.

    Raises:
        EsynapseError: ``slices`` is no divisor of 96.
    """
    if slices is not None and slices not in _CUTS:
        raise EsynapseError(
            f"slices: {slices} do not cut a day at quarter hours, use a divisor of 96"
        )
    day = Day(state, source)
    cuts = slices or _cuts(day.crowd)
    step = BINS // cuts
    for low in range(0, BINS, step):
        yield day.simulate(low, low + step)


def products_table(state: ShopState) -> pa.Table:
    """The products (PRODUCT_SCHEMA) as of the start of ``state.next_day``."""
    state = with_launches(state)
    catalog, ordinal = state.catalog, state.next_day.toordinal()
    clock = day_clock(ordinal, state.timezone)
    board = price_board(settle(state.prices, ordinal), clock)
    ratings = state.ratings
    average = np.round(ratings.total / np.maximum(ratings.count, 1), 2)
    return pa.Table.from_arrays(
        [
            catalog.product_id,
            catalog.product_name,
            catalog.category_name,
            pa.array(board.regular[board.row_of_bin[0]]),
            pa.array(average, mask=ratings.count == 0),
            pa.array(ratings.count),
            pa.array(receive(state.stock, ordinal).level > 0),
        ],
        schema=PRODUCT_SCHEMA,
    )


def _cuts(crowd: Crowd) -> int:
    sessions = int(crowd.regular_bounds[-1] + crowd.fresh_bounds[-1])
    needed = sessions * _EVENTS_OF_A_SESSION / EVENTS_OF_A_SLICE
    return next((cut for cut in _CUTS if cut >= needed), _CUTS[-1])
