"""When events become visible in the lake, seen from outside the server.

A reader that looks at the catalog every few milliseconds notes when it first sees each delivery.
That, not the delivery's own stamp, is when its rows are visible: the stamp is taken inside the
transaction, before its commit is on the disk. The rows of a delivery are those of the files that
it brought; compaction may retire these meanwhile, but they stay, with their ``landed_at``, for an
hour.
"""

import threading
from contextlib import closing
from types import TracebackType
from typing import Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from esynapse.home import Home
from esynapse.warehouse.catalog import now_us
from esynapse.warehouse.lake import Lake
from flows.bench.stream_figures import Received, Sent

LOOK_EVERY = 0.005
"""Seconds; what a latency may be too long by."""


class LakeReceiver:
    """Notes what lands in ``live_events`` between entering and ``wait``."""

    def __init__(self, home: Home) -> None:
        self.lake = Lake(home)
        self._seen_at: list[int] = []
        self._landed_at: list[int] = []
        self._rows = 0
        self._moved = threading.Condition()
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def landed(self, sent: Sent, seconds: float) -> int:
        """How many rows have landed once all of ``sent`` has, or after ``seconds``."""
        with self._moved:
            self._moved.wait_for(lambda: self._rows >= sent.events, seconds)
            return self._rows

    def wait(self, sent: Sent, seconds: float) -> Received:
        """What has landed, and with which ages, once all of ``sent`` has or after ``seconds``."""
        self.landed(sent, seconds)
        with self._moved:
            landed_at, seen_at = np.array(self._landed_at), np.array(self._seen_at)
        if not len(landed_at):
            return Received(0, 0, sent.ended, None, None)
        rows, of_delivery = self._deliveries(int(landed_at[-1]))
        return Received.of(
            pc.count_distinct(rows["event_id"]).as_py(),
            seen_at[np.searchsorted(landed_at, of_delivery)],
            rows["event_timestamp"].cast(pa.int64()).to_numpy(),
        )

    def __enter__(self) -> Self:
        with closing(self.lake.connect()) as connection:
            self._before, self._rows_before = connection.execute(_LANDED).fetchone()
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._done.set()
        self._thread.join()

    def _watch(self) -> None:
        last = self._before
        with closing(self.lake.connect()) as connection:
            while not self._done.wait(LOOK_EVERY):
                landed_at, rows = connection.execute(_LANDED).fetchone()
                if landed_at == last:
                    continue
                last = landed_at
                with self._moved:
                    self._landed_at.append(landed_at)
                    self._seen_at.append(now_us())
                    self._rows = rows - self._rows_before
                    self._moved.notify_all()

    def _deliveries(self, until: int) -> tuple[pa.Table, npt.NDArray[np.int64]]:
        """The rows that landed, and ``landed_at`` of each."""
        with closing(self.lake.connect()) as connection:
            files = connection.execute(_FILES, (self._before, until)).fetchall()
        rows, stamps = [], []
        for path, landed_at in files:
            with pq.ParquetFile(self.lake.home.lake / path) as file:
                rows.append(file.read(["event_id", "event_timestamp"]))
            stamps.append(np.full(rows[-1].num_rows, landed_at))
        return pa.concat_tables(rows), np.concatenate(stamps)


_LANDED = """
select coalesce(max(landed_at), 0), coalesce(sum(rows), 0) from batches
where table_name = 'live_events'
"""
_FILES = """
select path, landed_at from files
where table_name = 'live_events' and batch_key <> 'compaction' and landed_at > ? and landed_at <= ?
"""
