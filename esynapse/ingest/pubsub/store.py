"""The store: one writer, group commits, and word to those who wait for messages."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from esynapse.ingest.pubsub import log, schema, topics
from esynapse.ingest.pubsub.refusal import RefusalError
from esynapse.warehouse.catalog import now_us, transaction


@dataclass
class _Publish:
    topic: str
    request: bytes
    count: int
    ids: range | None = None
    error: Exception | None = None


class Store:
    """The queue of one home, shared by the threads of one server."""

    def __init__(self, path: Path) -> None:
        self._writer = schema.connect(path)
        self._reader = schema.connect(path)
        self._writing = threading.Lock()
        self._reading = threading.Lock()
        self._queueing = threading.Lock()
        self._queued: list[_Publish] = []
        self._changed = threading.Condition()
        self._changes = 0
        self.closed = False

    @contextmanager
    def write(self, *, notify: bool = True) -> Iterator[sqlite3.Connection]:
        """A durable transaction; those who wait are told, unless it makes nothing new due."""
        with self._writing, transaction(self._writer):
            yield self._writer
        if notify:
            self.notify()

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """A connection to read what is committed; it never waits for a writer."""
        with self._reading:
            yield self._reader

    def publish(self, topic: str, request: bytes, count: int) -> range:
        """Append a PublishRequest of ``count`` messages to ``topic``; their ids. On the disk when
        this returns.

        Whoever gets to write first commits for all who queued up behind it, because a commit
        costs the disk the same for one message as for thousands.
        """
        mine = _Publish(topic, request, count)
        with self._queueing:
            self._queued.append(mine)
        with self._writing:
            if mine.ids is None and mine.error is None:
                self._commit_queued()
        if mine.ids is None:
            raise mine.error or RuntimeError("a publish was neither committed nor refused")
        self.notify()
        return mine.ids

    def _commit_queued(self) -> None:
        with self._queueing:
            group, self._queued = self._queued, []
        try:
            with transaction(self._writer):
                given = [self._append(publish) for publish in group]
        except Exception as error:
            for publish in group:
                publish.error = error
            raise
        for publish, ids in zip(group, given, strict=True):
            publish.ids = ids

    def _append(self, publish: _Publish) -> range | None:
        try:
            topic = topics.topic_id(self._writer, publish.topic)
        except RefusalError as refusal:
            publish.error = refusal
            return None
        return log.append(self._writer, topic, publish.request, publish.count, now_us())

    # Waiting

    def notify(self) -> None:
        """Wake those who wait: something may have changed."""
        with self._changed:
            self._changes += 1
            self._changed.notify_all()

    @property
    def changes(self) -> int:
        """Grows with every change; take it before looking, give it to ``wait`` afterwards."""
        return self._changes

    def wait(self, seen: int, seconds: float) -> None:
        """Wait up to ``seconds`` for a change after ``seen``; returns at once when closing."""
        with self._changed:
            self._changed.wait_for(lambda: self._changes != seen or self.closed, seconds)

    def stop_waiting(self) -> None:
        """Send those who wait home, before closing."""
        self.closed = True
        self.notify()

    def close(self) -> None:
        self.stop_waiting()
        with self._writing, self._reading:
            self._writer.close()
            self._reader.close()
