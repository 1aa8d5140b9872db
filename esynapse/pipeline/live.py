"""One run over the live shop: what is due is published, what is accepted moves the position.

Chunks are published without waiting for one another. The position of the home moves to the end of
the last chunk that Pub/Sub has accepted together with all before it, so a crash at any moment
repeats at most what was on its way, under the same ids, and skips nothing.
"""

import time
from collections import deque
from dataclasses import dataclass
from datetime import datetime

from esynapse.ingest.publisher import FLOW_CONTROL, Publisher, Receipt
from esynapse.pipeline.batches import Batch
from esynapse.pipeline.shop_floor import ShopFloor

CHUNK = 5_000
"""Messages published between two looks at the clock; a single arrival's company is not cut up."""
WINDOW = FLOW_CONTROL.message_limit
"""Messages on their way at once."""
TICK = 0.2
"""Seconds between looks at the clock; bounds the delay of an event at its source."""
IN_TIME = 1.0
"""Seconds within which an event is accepted where nothing is behind."""


@dataclass(frozen=True)
class _Sent:
    """A chunk that is on its way."""

    receipt: Receipt
    until: int
    """The position in the day after it."""
    since: datetime
    """When its first arrival was due."""


class LiveRun:
    """The stream of one shop through one publisher, from the home's position on."""

    def __init__(
        self,
        floor: ShopFloor,
        publisher: Publisher,
        rate: float = 1.0,
        *,
        chunk: int = CHUNK,
        window: int = WINDOW,
        rest: float = 0.0,
    ) -> None:
        """A run at ``rate`` times the shop's traffic; ``chunk`` and ``window`` are in messages.

        Args:
            rest: seconds at least between two moves of the position while the run goes on. A crash
                repeats what was accepted within them, too.
        """
        self.floor = floor
        self.publisher = publisher
        self.rate = rate
        self._chunk = max(int(chunk / rate), 1)
        self._most_on_the_way = window - chunk
        self._under_way: deque[_Sent] = deque()
        self._accepted: int | None = None
        self._rest, self._moved = rest, -rest
        self.batch: Batch
        self._open_day()

    def publish_due(self, now: datetime) -> bool:
        """Publish the next chunk of what is due at ``now``; True once nothing more is.

        Waits for up to a tick where too much is on its way. A clock that jumped back makes nothing
        due until the time comes again.

        Raises:
            EsynapseError: messages were not accepted; how many, and why.
        """
        self._note_accepted()
        if time.monotonic() - self._moved >= self._rest:
            self.move_position()
        if self._under_way:
            self.publisher.check(self._under_way[0].receipt)
        begin = self._next - self.batch.first
        due = self.batch.count_before(now)
        if due > begin:
            until = min(due, begin + self._chunk)
            return self._publish(begin, until) and until == due < len(self.batch)
        if begin < len(self.batch):
            return True
        if self.batch.following is None:
            self._open_batch()
            return False
        if now.date() <= self.floor.position.day:
            return True
        if self._under_way:
            self._wait()
            return False
        self.floor.close_day(self.batch.following)
        self._open_day()
        return False

    def move_position(self) -> None:
        """Move the home's position to the end of what is accepted, itself and all before it."""
        self._note_accepted()
        if self._accepted is not None:
            self.floor.hand_over(self._accepted)
            self._accepted, self._moved = None, time.monotonic()

    def lag_seconds(self, now: datetime) -> float:
        """Age of the oldest event that is due and not yet accepted; 0 while all are in time."""
        begin = self._next - self.batch.first
        oldest = self.batch.arrives_at(begin) if begin < len(self.batch) else self.batch.end
        if self._under_way:
            oldest = self._under_way[0].since
        age = (now - oldest).total_seconds()
        return age if age > IN_TIME else 0.0

    def _note_accepted(self) -> None:
        while self._under_way and self._under_way[0].receipt.accepted:
            self._accepted = self._under_way.popleft().until

    def _publish(self, begin: int, until: int) -> bool:
        if self.publisher.on_the_way > self._most_on_the_way:
            self._wait()
            return False
        receipt = self.publisher.publish_raw(self.batch.messages(begin, until))
        self._next = self.batch.first + until
        self._under_way.append(_Sent(receipt, self._next, self.batch.arrives_at(begin)))
        return True

    def _wait(self) -> None:
        self.publisher.wait(self._under_way[0].receipt, TICK)

    def _open_day(self) -> None:
        self._accepted = None  # of the day before, if any
        self._next = self.floor.position.index
        self.batches = self.floor.simulate(self.floor.stand(), source="live", rate=self.rate)
        self._open_batch()

    def _open_batch(self) -> None:
        """The day's next batch that holds anything from the position on, or the last one."""
        self.batch = next(
            batch
            for batch in self.batches
            if batch.following or batch.first + len(batch) > self._next
        )
        begin = max(self._next - self.batch.first, 0)
        self.floor.keep_disorder(self.batch, begin, len(self.batch), as_rows=False)
