"""The courier: delivers BigQuery subscriptions into the lake, and letters that nobody took.

A delivery is staged as finished files; then one transaction lists them in the lake and settles
their messages. So a crash at any point leaves either both or neither, and delivery is exactly once.

A message that does not fit its table goes to the dead-letter topic at its first attempt. The real
service first tries ``max_delivery_attempts`` times; we know that a type error never heals.
Without a dead-letter topic it stays in the backlog and is tried again, ever more rarely.
"""

import logging
import sqlite3
import threading
from collections.abc import Sequence

import pyarrow as pa

from esynapse.ingest.pubsub import dead_letter, queue, resources
from esynapse.ingest.pubsub.decode import decode
from esynapse.ingest.pubsub.lake_table import lake_table, raw_rows
from esynapse.ingest.pubsub.queue import Delivery
from esynapse.ingest.pubsub.resources import Subscription
from esynapse.ingest.pubsub.store import Store
from esynapse.warehouse.catalog import now_us
from esynapse.warehouse.compaction import compact
from esynapse.warehouse.lake import Lake, Staged
from esynapse.warehouse.raw_tables import RAW_TABLES

TICK_SECONDS = 1.0
BATCH_MESSAGES = 20_000
BATCH_BYTES = 16_000_000
"""Bounds what a delivery holds in memory; a larger backlog is delivered batch after batch."""
COMPACT_EVERY = 60
"""Rounds between two merges of the small files that deliveries leave; readers open few files."""
MAX_BACK_OFF_SECONDS = 30.0
"""Between tries while the disk is full or fails."""
RETRY_SECONDS = 10
MAX_RETRY_SECONDS = 600
"""Between tries of a message that does not fit and has no dead-letter topic."""

log = logging.getLogger(__name__)

Failed = list[tuple[Delivery, str | None]]


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
            subscriptions = resources.all_subscriptions(connection)
        more = [
            self._deliver(subscription) if subscription.is_bigquery else self._give_up(subscription)
            for subscription in subscriptions
        ]
        return any(more)

    def _run(self) -> None:
        failures, pause, rounds = 0, TICK_SECONDS, 0
        while not self._stopping.wait(pause):
            try:
                pause = 0.0 if self.deliver() else TICK_SECONDS
                rounds += 1
                if rounds % COMPACT_EVERY == 0:
                    compact(self.lake)
                failures = 0
            except Exception as error:
                failures += 1
                pause = min(2.0 ** (failures - 1), MAX_BACK_OFF_SECONDS)
                log.error(
                    "delivery failed, nothing is lost, next try in %g s: %s",
                    pause,
                    error,
                    exc_info=not isinstance(error, OSError | sqlite3.Error),
                )

    def _deliver(self, subscription: Subscription) -> bool:
        with self.store.read() as connection:
            deliveries = queue.peek(
                connection,
                subscription.id,
                now_us(),
                limit=BATCH_MESSAGES,
                max_bytes=BATCH_BYTES,
            )
        if not deliveries:
            return False
        rows, accepted, failed = _rows(subscription, deliveries)
        self._land(subscription, rows, accepted, failed)
        if failed:
            log.warning(
                "%s: %d of %d messages do not fit; the first: %s",
                *(subscription.name, len(failed), len(deliveries), failed[0][1]),
            )
        size = sum(len(delivery.data) for delivery in deliveries)
        return len(deliveries) == BATCH_MESSAGES or size > BATCH_BYTES // 2

    def _land(
        self,
        subscription: Subscription,
        rows: pa.Table,
        accepted: Sequence[Delivery],
        failed: Failed,
    ) -> None:
        """Put ``rows`` into the lake and settle their messages, all or nothing."""
        table = lake_table(subscription.config.bigquery_config)
        staged = self.lake.stage(table, rows) if accepted else Staged(table, ())
        # A message accepted once is settled with it, so its id begins no other batch.
        ids = [delivery.message_id for delivery in accepted]
        key = f"pubsub:{subscription.id}:{min(ids)}-{max(ids)}" if ids else ""
        try:
            with self.store.write(notify=bool(failed)) as connection:
                if accepted:
                    self.lake.register(connection, staged, batch_key=key)
                    queue.acknowledge(connection, subscription.id, ids)
                if failed and not dead_letter.forward(connection, subscription, failed):
                    _hold(connection, subscription, failed)
        except BaseException:
            with self.store.read() as connection:
                landed = self.lake.has_batch(connection, table, key)
            if not landed:
                self.lake.discard(staged)
            raise

    def _give_up(self, subscription: Subscription) -> bool:
        """Dead-letter what subscribers were handed too often in vain."""
        attempts = subscription.max_attempts
        if attempts is None:
            return False
        with self.store.read() as connection:
            spent = queue.exhausted(connection, subscription.id, now_us(), attempts, BATCH_MESSAGES)
        if not spent:
            return False
        with self.store.write() as connection:
            if not dead_letter.forward(connection, subscription, [(d, None) for d in spent]):
                again = [d._replace(attempt=attempts - 1) for d in spent]
                queue.hand_out(connection, subscription.id, again, now_us())
        return len(spent) == BATCH_MESSAGES


def _rows(
    subscription: Subscription, deliveries: list[Delivery]
) -> tuple[pa.Table, list[Delivery], Failed]:
    """Messages as rows, the messages they came from, and those that do not fit."""
    config = subscription.config.bigquery_config
    if not config.use_table_schema:
        return raw_rows(subscription.config, deliveries), deliveries, []
    decoded = decode(
        [delivery.data for delivery in deliveries],
        RAW_TABLES[lake_table(config)],
        drop_unknown_fields=config.drop_unknown_fields,
    )
    failed: Failed = [(deliveries[position], reason) for position, reason in decoded.rejected]
    positions = {position for position, _ in decoded.rejected}
    accepted = [d for position, d in enumerate(deliveries) if position not in positions]
    return decoded.rows, accepted, failed


def _hold(connection: sqlite3.Connection, subscription: Subscription, failed: Failed) -> None:
    """Keep what cannot be dead-lettered, and try it again some time later."""
    for delivery, _ in failed:
        seconds = min(RETRY_SECONDS * 2 ** min(delivery.attempt - 1, 10), MAX_RETRY_SECONDS)
        until = now_us() + seconds * 1_000_000
        queue.hand_out(connection, subscription.id, [delivery], until)
