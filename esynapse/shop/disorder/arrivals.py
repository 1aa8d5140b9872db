"""Events in the order in which they arrive, and the truth about what was done to them.

The truth is one table, beside the data and never in the warehouse:

disorder       event_id (of the good event), kind, detail, copy_id (the id that a malformed copy
               carries; null if it has none, and for the other kinds), event_timestamp (of the good
               event), arrived_at, caught_by ('schema' or 'rules', see :mod:`.faults`; malformed
               alone). One row for each arrival that was disturbed:

               late        the event itself arrives so late; detail is null
               duplicate   it arrives once more, unchanged; detail is the number of the copy
               any other   a malformed copy of it arrives; kind is a field of figures.Malformed,
                           detail one of faults.FAULTS

The ordinary delay of the network is in arrived_at and not in the truth.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from esynapse.events import EVENT_SCHEMA, encode_events
from esynapse.shop.columns import Bools, Ints
from esynapse.shop.disorder.faults import FAULTS, fault_of

_INSTANT = pa.timestamp("us", tz="UTC")

ARRIVAL_SCHEMA = pa.schema(
    [
        *EVENT_SCHEMA,
        pa.field("arrived_at", _INSTANT),
        pa.field("kind", pa.string()),
        pa.field("detail", pa.string()),
        pa.field("good_id", pa.string()),
        pa.field("good_timestamp", _INSTANT),
    ]
)
"""An event and how it arrives; ``kind`` is null if nothing was done to it. The last two are those
of the good event behind a malformed copy, else null."""

DISORDER_SCHEMA = pa.schema(
    [
        pa.field("event_id", pa.string()),
        pa.field("kind", pa.string()),
        pa.field("detail", pa.string()),
        pa.field("copy_id", pa.string()),
        pa.field("event_timestamp", _INSTANT),
        pa.field("arrived_at", _INSTANT),
        pa.field("caught_by", pa.string()),
    ]
)

_BYTES_ALONE = pa.array([fault.detail for fault in FAULTS if fault.spoil])
_GUARDS = pa.array([fault.caught_by for fault in FAULTS])
_DETAILS = pa.array([fault.detail for fault in FAULTS])


@dataclass(frozen=True)
class Arrivals:
    """Rows of a table, in the order in which they arrive; gathered when they are asked for."""

    pool: pa.Table
    """ARRIVAL_SCHEMA, in any order; may hold further rows."""
    order: Ints
    """The rows of ``pool`` that arrive, by arrived_at."""

    @classmethod
    def of(cls, rows: pa.Table) -> Self:
        """``rows`` (ARRIVAL_SCHEMA), which are by arrived_at."""
        return cls(rows, np.arange(rows.num_rows))

    def __len__(self) -> int:
        return len(self.order)

    @cached_property
    def rows(self) -> pa.Table:
        """The arrivals as ARRIVAL_SCHEMA."""
        return gather(self.pool, self.order)

    @cached_property
    def events(self) -> pa.Table:
        """The arrivals as EVENT_SCHEMA. Of a fault that bytes alone can carry this is the good
        event under the copy's id, so to load rows take ``typed().events``."""
        return gather(self.pool.select(EVENT_SCHEMA.names), self.order)

    @cached_property
    def arrived_at(self) -> pa.ChunkedArray:
        """When each arrives: never before it happened, never falling."""
        return gather(self.pool.select(["arrived_at"]), self.order)["arrived_at"]

    def slice(self, begin: int, length: int | None = None) -> Self:
        """``length`` arrivals (default: all) from position ``begin`` on."""
        return self.of(self.rows.slice(begin, length))

    def count_before(self, instant: datetime) -> int:
        """How many arrive before ``instant``."""
        arrived = self.arrived_at.cast(pa.int64()).to_numpy()
        return int(np.searchsorted(arrived, microseconds(instant)))

    def typed(self) -> Self:
        """The arrivals without those that bytes alone can carry, for loading as rows."""
        return type(self)(self.pool, self.order[~self._in_bytes_alone()])

    def messages(self) -> Iterator[bytes]:
        """The arrivals as they are published, one message each, in their order."""
        spoilt = np.flatnonzero(self._in_bytes_alone())
        details = gather(self.pool.select(["detail"]), self.order[spoilt])["detail"].to_pylist()
        faults = dict(zip(spoilt.tolist(), map(fault_of, details), strict=True))
        for position, message in enumerate(encode_events(self.events)):
            fault = faults.get(position)
            yield fault.spoil(message) if fault and fault.spoil else message

    def truth(self) -> pa.Table:
        """What was done to these arrivals: DISORDER_SCHEMA, by arrived_at."""
        disturbed = pc.is_valid(self.pool["kind"]).to_numpy()[self.order]
        rows = gather(self.pool, self.order[disturbed])
        malformed = pc.is_valid(rows["good_id"])
        return pa.Table.from_arrays(
            [
                pc.coalesce(rows["good_id"], rows["event_id"]),
                rows["kind"],
                rows["detail"],
                pc.if_else(malformed, rows["event_id"], pa.scalar(None, pa.string())),
                pc.coalesce(rows["good_timestamp"], rows["event_timestamp"]),
                rows["arrived_at"],
                _GUARDS.take(pc.index_in(rows["detail"], value_set=_DETAILS)),
            ],
            schema=DISORDER_SCHEMA,
        )

    def _in_bytes_alone(self) -> Bools:
        found: Bools = pc.is_in(self.pool["detail"], value_set=_BYTES_ALONE).to_numpy()[self.order]
        return found


def gather(rows: pa.Table, order: Ints) -> pa.Table:
    """The rows at the positions ``order``, each position once at most.

    pyarrow's take copies a table of several chunks whole; where few rows are wanted, a filter,
    which does not, fetches them first.
    """
    if len(order) * 8 < rows.num_rows:
        wanted = np.zeros(rows.num_rows, dtype=np.bool_)
        wanted[order] = True
        rows, order = rows.filter(pa.array(wanted)), np.searchsorted(np.sort(order), order)
    return pc.take(rows.combine_chunks(), pa.array(order), boundscheck=False)


def microseconds(instant: datetime) -> int:
    """``instant`` (with a zone) in microseconds since 1970."""
    return (instant - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
