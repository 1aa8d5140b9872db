"""The courier: delivers BigQuery subscriptions into the lake, and letters that nobody took.

A delivery is staged as finished files; then one transaction lists them in the lake and moves the
subscription's position past their messages. So a crash at any point leaves either both or neither,
and delivery is exactly once.

A message that does not fit its table goes to the dead-letter topic at its first attempt. The real
service first tries ``max_delivery_attempts`` times; we know that a type error never heals.
Without a dead-letter topic it stays in the backlog and is tried again, ever more rarely.
"""

import logging
import sqlite3
import threading
from dataclasses import dataclass

import pyarrow as pa

from esynapse.ingest.pubsub import dead_letter, leases, log, subscriptions
from esynapse.ingest.pubsub.lake_table import lake_table
from esynapse.ingest.pubsub.log import Delivery
from esynapse.ingest.pubsub.rows import Failed, rows_of
from esynapse.ingest.pubsub.store import Store
from esynapse.ingest.pubsub.subscriptions import Subscription
from esynapse.warehouse.arrivals import note_arrivals
from esynapse.warehouse.catalog import now_us
from esynapse.warehouse.lake import Lake, Staged

TICK_SECONDS = 1.0
BATCH_MESSAGES = 20_000
BATCH_BYTES = 16_000_000
"""Bounds what a delivery holds in memory; a larger backlog is delivered batch after batch."""
MAX_BACK_OFF_SECONDS = 30.0
"""Between tries while the disk is full or fails."""
RETRY_SECONDS = 10
MAX_RETRY_SECONDS = 600
"""Between tries of a message that does not fit and has no dead-letter topic."""

logger = logging.getLogger(__name__)


class Courier:
    """One thread that delivers, every second or at once while batches are full."""

    def __init__(self, store: Store, lake: Lake) -> None:
        self.store = store
        self.lake = lake
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="courier", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Finish the delivery in flight, then stop."""
        self._stopping.set()
        self._thread.join()

    def deliver(self) -> bool:
        """One round over all subscriptions; True if a full batch says that more is waiting."""
        with self.store.read() as connection:
            found = subscriptions.every(connection)
        more = [
            self._deliver(subscription) if subscription.is_bigquery else self._give_up(subscription)
            for subscription in found
        ]
        return any(more)

    def _run(self) -> None:
        failures, pause = 0, TICK_SECONDS
        while not self._stopping.wait(pause):
            try:
                pause = 0.0 if self.deliver() else TICK_SECONDS
                failures = 0
            except Exception as error:
                failures += 1
                pause = min(2.0 ** (failures - 1), MAX_BACK_OFF_SECONDS)
                logger.error(
                    "delivery failed, nothing is lost, next try in %g s: %s",
                    pause,
                    error,
                    exc_info=not isinstance(error, OSError | sqlite3.Error),
                )

    def _deliver(self, subscription: Subscription) -> bool:
        load = self._load(subscription)
        if load.position == subscription.position and not load.deliveries:
            return False
        rows, accepted, failed = rows_of(subscription, load.deliveries)
        self._land(subscription, load, rows, accepted, failed)
        if failed:
            logger.warning(
                "%s: %d of %d messages do not fit; the first: %s",
                *(subscription.name, len(failed), len(load.deliveries), failed[0][1]),
            )
        return load.is_full

    def _load(self, subscription: Subscription) -> "_Load":
        with self.store.read() as connection:
            again = leases.due(connection, subscription, now_us(), limit=BATCH_MESSAGES)
            found = [
                *(delivery for _, delivery in again),
                *log.read(
                    connection,
                    subscription.topic_id,
                    subscription.position,
                    limit=BATCH_MESSAGES - len(again),
                    max_bytes=BATCH_BYTES,
                ),
            ]
        position = max((d.message_id + 1 for d in found), default=subscription.position)
        wanted = [delivery for delivery in found if subscription.wants(delivery.message)]
        size = sum(len(delivery.message.data) for delivery in found)
        is_full = len(found) >= BATCH_MESSAGES or size > BATCH_BYTES // 2
        return _Load(wanted, max(position, subscription.position), is_full)

    def _land(
        self,
        subscription: Subscription,
        load: "_Load",
        rows: pa.Table,
        accepted: list[Delivery],
        failed: Failed,
    ) -> None:
        """Put ``rows`` into the lake and settle their messages, all or nothing."""
        table = lake_table(subscription.config.bigquery_config)
        staged = self.lake.stage(table, rows) if accepted else Staged(table, ())
        try:
            with self.store.write(notify=bool(failed)) as connection:
                if accepted:
                    key = f"pubsub:{subscription.name}"
                    landed_at = self.lake.extend(connection, staged, batch_key=key)
                    if table == "live_events":
                        note_arrivals(connection, rows, landed_at)
                subscriptions.set_position(connection, subscription.id, load.position)
                leases.settle(connection, subscription, load.deliveries, delivered=len(accepted))
                if failed and not dead_letter.forward(connection, subscription, failed):
                    _hold(connection, subscription, failed)
        except BaseException:
            if not self._has_landed(staged):
                self.lake.discard(staged)
            raise

    def _has_landed(self, staged: Staged) -> bool:
        """Whether a commit that ended in an error took place all the same."""
        with self.store.read() as connection:
            return any(self.lake.is_listed(connection, file) for file in staged.files)

    def _give_up(self, subscription: Subscription) -> bool:
        """Dead-letter what subscribers were handed too often in vain."""
        attempts = subscription.max_attempts
        with self.store.read() as connection:
            if attempts is None or not leases.count(connection, subscription.id):
                return False
        with self.store.write(notify=False) as connection:
            leases.lapse(connection, subscription, now_us())
            spent = leases.exhausted(connection, subscription, now_us(), limit=BATCH_MESSAGES)
            if spent and dead_letter.forward(connection, subscription, [(d, None) for d in spent]):
                leases.settle(connection, subscription, spent, delivered=0)
            elif spent:
                leases.hold(connection, subscription, spent, now_us(), attempts=attempts - 1)
        if spent:
            self.store.notify()
        return len(spent) == BATCH_MESSAGES


@dataclass(frozen=True)
class _Load:
    """What one delivery carries."""

    deliveries: list[Delivery]
    position: int
    """The subscription's, once they are delivered."""
    is_full: bool


def _hold(connection: sqlite3.Connection, subscription: Subscription, failed: Failed) -> None:
    """Keep what cannot be dead-lettered, and try it again some time later."""
    for delivery, _ in failed:
        seconds = min(RETRY_SECONDS * 2 ** min(delivery.attempt - 1, 10), MAX_RETRY_SECONDS)
        leases.hold(connection, subscription, [delivery], now_us() + seconds * 1_000_000)
