"""What the shop hands over: the events of a slice of a day, in the order in which they arrive.

Without disorder they arrive as they happen. With it (:mod:`esynapse.shop.disorder`) some come late,
twice or broken, and what is still under way at the end of a day arrives on a later one.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from esynapse.events import encode_events
from esynapse.pipeline.rates import ALONE, Company
from esynapse.shop import DaySlice, ShopState
from esynapse.shop.disorder import Arrivals, Injector

_UNIX = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Stand:
    """Where a shop stands at the start of a UTC day."""

    state: ShopState
    injector: Injector | None
    """What is under way, where there is disorder."""


@dataclass(frozen=True)
class Batch:
    """A slice of a UTC day, ready to be loaded or published; positions count arrivals."""

    part: DaySlice
    first: int
    """Position in its day of the batch's first arrival."""
    arrivals: Arrivals | None = None
    """None: nothing is disturbed."""
    injector: Injector | None = None
    """To go on with, where there is disorder."""
    company: Company = ALONE
    """Of the shoppers whose events are published; positions do not count it."""

    def __len__(self) -> int:
        return len(self.part) if self.arrivals is None else len(self.arrivals)

    @property
    def following(self) -> Stand | None:
        """Where the shop stands on the next day; with the last batch of a day alone."""
        return Stand(self.part.state, self.injector) if self.part.state else None

    @cached_property
    def _events(self) -> pa.Table:
        return self.part.events()

    @cached_property
    def _instants(self) -> NDArray[np.int64]:
        """When each of the arrivals comes, in microseconds since 1970."""
        if self.arrivals is None:
            arrived = self._events["event_timestamp"]
        else:
            arrived = self.arrivals.arrived_at
        instants: NDArray[np.int64] = arrived.cast(pa.int64()).to_numpy()
        return instants

    def count_before(self, instant: datetime) -> int:
        """How many arrive before ``instant``."""
        return int(np.searchsorted(self._instants, (instant - _UNIX) // timedelta(microseconds=1)))

    @property
    def end(self) -> datetime:
        """The instant before which its arrivals lie."""
        return _UNIX + timedelta(microseconds=self.part.end)

    def arrives_at(self, position: int) -> datetime:
        """When the arrival at ``position`` in the batch comes."""
        return _UNIX + timedelta(microseconds=int(self._instants[position]))

    def rows(self, begin: int, end: int) -> pa.Table:
        """The arrivals [begin, end) as EVENT_SCHEMA, as far as rows can carry them."""
        if self.arrivals is None:
            return self._events.slice(begin, end - begin)
        return self.arrivals.slice(begin, end - begin).typed().events

    def messages(self, begin: int, end: int) -> Iterator[bytes]:
        """The arrivals [begin, end) as they are published, each followed by its company."""
        if self.arrivals is None:
            return encode_events(self.company.joined(self._events.slice(begin, end - begin)))
        return self._in_company(begin, end).messages()

    def disorder(self, begin: int, end: int, *, as_rows: bool) -> pa.Table | None:
        """What was done to the arrivals [begin, end): the rows of the truth; None: nothing is.

        Args:
            as_rows: of what is loaded; else of what is published, with its company.
        """
        if self.arrivals is None:
            return None
        if as_rows:
            return self.arrivals.slice(begin, end - begin).typed().truth()
        return self._in_company(begin, end).truth()

    def _in_company(self, begin: int, end: int) -> Arrivals:
        assert self.arrivals is not None
        return Arrivals.of(self.company.joined(self.arrivals.slice(begin, end - begin).rows))


def batches(
    parts: Iterable[DaySlice], injector: Injector | None, company: Company
) -> Iterator[Batch]:
    """The slices of a day, through the ``injector`` if there is one."""
    first = 0
    for part in parts:
        batch = Batch(part, first, company=company)
        if injector is not None:
            until = _UNIX + timedelta(microseconds=part.end)
            arrivals, injector = injector.inject(part.events(), until)
            batch = replace(batch, arrivals=arrivals, injector=injector)
        first += len(batch)
        yield batch
