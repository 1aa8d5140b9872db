"""The way from the shop to its receiver: events go in by time, arrivals come out by arrival."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Self

import numpy as np
import pyarrow as pa

from esynapse.errors import EsynapseError
from esynapse.events import EVENT_SCHEMA
from esynapse.shop.columns import Bools, Ints
from esynapse.shop.disorder.arrivals import ARRIVAL_SCHEMA, Arrivals, gather, microseconds
from esynapse.shop.disorder.decisions import (
    Breakages,
    breakages,
    duplicates,
    event_keys,
    first_arrivals,
)
from esynapse.shop.disorder.faults import possible_faults
from esynapse.shop.disorder.figures import Disorder

FORMAT = b"1"
COPY_SUFFIX = "-broken"
"""What the id of a malformed copy has after that of the good event."""


@dataclass(frozen=True)
class Injector:
    """Where the events are that have happened and not yet arrived; never changed in place.

    Ids must be unique: one that comes again has the same fate again.
    """

    figures: Disorder
    seed: int
    under_way: pa.Table = field(default_factory=ARRIVAL_SCHEMA.empty_table)
    """ARRIVAL_SCHEMA, by arrived_at."""
    until: int = -(2**63)
    """Everything before this instant (microseconds since 1970) has been given out."""

    def inject(self, events: pa.Table, until: datetime) -> tuple[Arrivals, "Injector"]:
        """All that arrives before ``until``, and the injector to go on with.

        How the events are cut up, and at which instants, changes nothing but the cuts.

        Args:
            events: EVENT_SCHEMA, by event_timestamp, the next ones of the shop: none before the
                last ``until``. Those after this one stay under way.

        Raises:
            EsynapseError: the events are not the next ones in time, or lack an id or a time.
        """
        times = self._times(events)
        key = event_keys(events["event_id"], self.seed)
        arrived, late = first_arrivals(times, key, self.figures)
        again = duplicates(key, self.figures.duplicates)
        broken = breakages(key, self.figures.malformed, self.figures.network.table())
        rows = pa.concat_tables(
            [
                self.under_way,
                _as_arrivals(events, arrived, kind=_marks(late)),
                _as_arrivals(
                    events.take(pa.array(again.row)),
                    arrived[again.row] + again.delay,
                    kind=pa.repeat("duplicate", len(again.row)),
                    detail=pa.array(again.number).cast(pa.string()),
                ),
                _broken_copies(events, times, broken),
            ]
        )
        carried = np.arange(-self.under_way.num_rows, 0)
        order = np.concatenate([carried, np.arange(len(times)), again.row, broken.row])
        return self._give_out(rows, order, microseconds(until))

    def flush(self) -> tuple[Arrivals, "Injector"]:
        """All that is still under way, however late it arrives."""
        if not self.under_way.num_rows:
            return Arrivals.of(self.under_way), self
        last = _int64(self.under_way, "arrived_at")[-1]
        return self._give_out(self.under_way, np.arange(self.under_way.num_rows), int(last) + 1)

    def save(self) -> bytes:
        """What is under way, for :meth:`load`."""
        schema = ARRIVAL_SCHEMA.with_metadata({"format": FORMAT, "until": str(self.until)})
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, schema) as writer:
            writer.write_table(self.under_way.combine_chunks())
        saved: bytes = sink.getvalue().to_pybytes()
        return saved

    @classmethod
    def load(cls, saved: bytes, figures: Disorder, seed: int) -> Self:
        """The injector that :meth:`save` wrote; with other ``figures`` from here on, if you like.

        Raises:
            EsynapseError: ``saved`` is damaged, or of another format.
        """
        try:
            rows = pa.ipc.open_stream(saved).read_all()
            found, until = rows.schema.metadata[b"format"], int(rows.schema.metadata[b"until"])
        except (pa.ArrowInvalid, OSError, TypeError, KeyError, ValueError) as error:
            reason = str(error).splitlines()[0]
            raise EsynapseError(
                f"disorder: the saved state is damaged ({reason}): use an older one"
            ) from None
        if found != FORMAT:
            raise EsynapseError(
                f"disorder: the saved state has format {found.decode()}, this version knows "
                f"{FORMAT.decode()}: update ESynapse"
            )
        return cls(figures, seed, rows.replace_schema_metadata(None), until)

    def _give_out(self, rows: pa.Table, order: Ints, until: int) -> tuple[Arrivals, "Injector"]:
        """Cut ``rows`` at ``until``; what arrives at the same instant comes in ``order``."""
        arrived = _int64(rows, "arrived_at")
        by_arrival = np.lexsort((order, arrived))
        due = int(np.searchsorted(arrived, until, sorter=by_arrival))
        kept = gather(rows, by_arrival[due:])
        following = Injector(self.figures, self.seed, kept, max(until, self.until))
        return Arrivals(rows, by_arrival[:due]), following

    def _times(self, events: pa.Table) -> Ints:
        """event_timestamp in microseconds, if the events are such as can be taken."""
        if not events.schema.equals(EVENT_SCHEMA):
            raise EsynapseError("disorder: the events must have exactly the columns of live_events")
        for name in ("event_id", "event_timestamp"):
            if nulls := events[name].null_count:
                raise EsynapseError(f"disorder: {nulls} events have no {name}: give it to them")
        times = _int64(events, "event_timestamp")
        if len(times) and (times[0] < self.until or np.any(times[1:] < times[:-1])):
            raise EsynapseError(
                "disorder: the events are not in the order of time, or lie before what has been "
                "given out: inject each event once, oldest first"
            )
        return times


def _as_arrivals(
    events: pa.Table, arrived: Ints, *, kind: pa.Array, detail: pa.Array | None = None
) -> pa.Table:
    rows = len(arrived)
    return pa.Table.from_arrays(
        [
            *events.columns,
            pa.array(arrived).cast(pa.timestamp("us", tz="UTC")),
            kind,
            pa.nulls(rows, pa.string()) if detail is None else detail,
            pa.nulls(rows, pa.string()),
            pa.nulls(rows, pa.timestamp("us", tz="UTC")),
        ],
        schema=ARRIVAL_SCHEMA,
    )


def _marks(late: Bools) -> pa.Array:
    return pa.array(["late"]).take(pa.array(np.zeros(len(late), np.int8), mask=~late))


def _broken_copies(events: pa.Table, times: Ints, broken: Breakages) -> pa.Table:
    """The malformed copies: the few rows that are made one by one."""
    good = events.take(pa.array(broken.row)).to_pylist()
    copies = []
    for row, kind, word in zip(good, broken.kind, broken.word.tolist(), strict=True):
        faults = possible_faults(kind, row["event_type"])
        fault = faults[word % len(faults)]
        copy = {**row, "event_id": row["event_id"] + COPY_SUFFIX}
        copies.append(
            copy
            | (fault.edit(copy) if fault.edit else {})
            | {"kind": kind, "detail": fault.detail}
            | {"good_id": row["event_id"], "good_timestamp": row["event_timestamp"]}
        )
    arrived = pa.array(times[broken.row] + broken.delay).cast(pa.timestamp("us", tz="UTC"))
    table = pa.Table.from_pylist(copies, schema=ARRIVAL_SCHEMA)
    return table.set_column(
        ARRIVAL_SCHEMA.get_field_index("arrived_at"), ARRIVAL_SCHEMA.field("arrived_at"), arrived
    )


def _int64(rows: pa.Table, name: str) -> Ints:
    values: Ints = rows[name].cast(pa.int64()).to_numpy()
    return values
