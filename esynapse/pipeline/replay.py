"""Replay: dead letters, mended or as they are, go to the topic again, each of them once.

What was accepted is noted in the catalog, chunk by chunk, and a noted letter is not sent again.
Killed between the two, the next run sends a chunk a second time; its events count once all the
same, because staging keeps one of an event_id.
"""

import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from google.cloud.pubsub_v1 import PublisherClient

from esynapse.events import EVENT_SCHEMA
from esynapse.ingest.clients import explained, publisher_client
from esynapse.ingest.publisher import Publisher
from esynapse.ingest.pubsub.dead_letter import PREFIX
from esynapse.ingest.pubsub.decode import decode
from esynapse.ingest.pubsub.limits import MAX_ATTRIBUTES
from esynapse.pipeline.deadletter import Letter, open_lake, read_letters, replays
from esynapse.progress import Progress, silent
from esynapse.settings import Settings
from esynapse.warehouse.catalog import now_us, transaction
from esynapse.warehouse.lake import Lake

ORIGIN_ATTRIBUTE = "replayOf"
"""Of a message sent again: the id of the letter it was."""
CHUNK_LETTERS = 500
CHUNK_BYTES = 8_000_000
"""Checked, sent and noted together."""
ANSWER_SECONDS = 5.0
"""How long the service may take to say that it is there."""

_ARGUMENTS = {"self", "messages", "topic", "data", "ordering_key", "retry", "timeout"}
"""Attributes of these names are taken for arguments of the client library's ``publish``."""


class UnfitError(Exception):
    """A letter that cannot be sent as it would be; says why."""


@dataclass(frozen=True)
class Fix:
    """What is changed in every letter before it is sent: first the bytes, then the fields."""

    data: bytes | None = None
    """These instead of the letter's."""
    values: Mapping[str, Any] = field(default_factory=dict)
    """Fields set to these JSON values."""
    dropped: Sequence[str] = ()
    """Fields taken out."""

    def apply(self, data: bytes) -> bytes:
        """``data``, mended.

        Raises:
            UnfitError: it has no fields.
        """
        data = data if self.data is None else self.data
        if not self.values and not self.dropped:
            return data
        try:
            row = json.loads(data)
        except (ValueError, RecursionError):
            row = None
        if not isinstance(row, dict):
            raise UnfitError("it is no JSON object, so it has no fields to set or to drop")
        kept = {name: value for name, value in row.items() if name not in self.dropped}
        return json.dumps({**kept, **self.values}, separators=(",", ":")).encode()


@dataclass
class ReplayReport:
    """What a replay did, or with ``dry_run`` would have done."""

    sent: int = 0
    """Letters that the service accepted."""
    sent_before: int = 0
    """Letters that an earlier replay had sent."""
    unfit: dict[str, str] = field(default_factory=dict)
    """Letters that were not sent: id and reason."""


class _Outgoing(NamedTuple):
    """A letter and what is sent in its place."""

    letter: Letter
    data: bytes


def replay(
    settings: Settings,
    message_ids: Sequence[str],
    fix: Fix | None = None,
    *,
    dry_run: bool = False,
    progress: Progress = silent,
) -> ReplayReport:
    """Send the letters ``message_ids`` again that fit ``live_events`` and were not sent before.

    Raises:
        EsynapseError: the service does not answer or refuses, or another replay is under way.
            What was accepted until then is noted.
    """
    lake = open_lake(settings)
    fix = fix or Fix()
    if dry_run:
        return _replay(lake, message_ids, fix, lambda _: None, progress)
    busy = f"another 'esynapse deadletter replay' works on {lake.home.root}: wait for its end"
    with (
        lake.home.lock("deadletter", busy=busy),
        closing(lake.connect()) as connection,
        Publisher(settings) as publisher,
    ):
        return _replay(lake, message_ids, fix, _Sender(settings, publisher, connection), progress)


def _replay(
    lake: Lake,
    message_ids: Sequence[str],
    fix: Fix,
    send: Callable[[Sequence[_Outgoing]], None],
    progress: Progress,
) -> ReplayReport:
    known = replays(lake, message_ids)
    fresh = [message_id for message_id in message_ids if message_id not in known]
    report = ReplayReport(sent_before=len(known))
    done = 0
    for chunk in _chunks(read_letters(lake, fresh)):
        fitting, unfit = _checked(chunk, fix)
        if fitting:
            send(fitting)
        report.sent += len(fitting)
        report.unfit |= unfit
        done += len(chunk)
        progress(done, len(fresh), "letters")
    return report


def _chunks(letters: Iterator[Letter]) -> Iterator[list[Letter]]:
    chunk: list[Letter] = []
    size = 0
    for letter in letters:
        chunk.append(letter)
        size += len(letter.data)
        if len(chunk) == CHUNK_LETTERS or size >= CHUNK_BYTES:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


def _checked(letters: Sequence[Letter], fix: Fix) -> tuple[list[_Outgoing], dict[str, str]]:
    """What the delivery would accept, mended; and why it would not accept the others."""
    mended: list[_Outgoing] = []
    unfit: dict[str, str] = {}
    for letter in letters:
        try:
            _check_attributes(letter)
            mended.append(_Outgoing(letter, fix.apply(letter.data)))
        except UnfitError as error:
            unfit[letter.message_id] = str(error)
    refused = dict(decode([each.data for each in mended], EVENT_SCHEMA).rejected)
    unfit |= {mended[position].letter.message_id: reason for position, reason in refused.items()}
    return [each for position, each in enumerate(mended) if position not in refused], unfit


def _attributes(letter: Letter) -> dict[str, str]:
    """Those that the message had, and which letter it was."""
    kept = {name: v for name, v in letter.attributes.items() if not name.startswith(PREFIX)}
    return {**kept, ORIGIN_ATTRIBUTE: letter.message_id}


def _check_attributes(letter: Letter) -> None:
    attributes = _attributes(letter)
    if len(attributes) > MAX_ATTRIBUTES:
        raise UnfitError(
            f"it has {MAX_ATTRIBUTES} attributes already, and {ORIGIN_ATTRIBUTE} is one more"
        )
    taken = sorted(_ARGUMENTS & attributes.keys())
    if taken:
        raise UnfitError(f"its attribute {taken[0]!r} has a name that the client cannot send")


class _Sender:
    """Sends a chunk, waits until it is accepted, and notes it."""

    def __init__(
        self, settings: Settings, publisher: Publisher, connection: sqlite3.Connection
    ) -> None:
        self._settings, self._publisher, self._connection = settings, publisher, connection

    def __call__(self, chunk: Sequence[_Outgoing]) -> None:
        if not self._publisher.published:
            _check_topic(self._settings)
        for letter, data in chunk:
            self._publisher.publish_raw([data], **_attributes(letter))
        self._publisher.flush()
        _note(self._connection, chunk)


def _check_topic(settings: Settings) -> None:
    """Say at once that there is nothing to send to; the publisher would try for a minute."""
    topic = PublisherClient.topic_path(settings.project, settings.topic)
    with explained(settings), publisher_client(settings) as client:
        client.get_topic(topic=topic, retry=None, timeout=ANSWER_SECONDS)


def _note(connection: sqlite3.Connection, chunk: Sequence[_Outgoing]) -> None:
    with transaction(connection):
        connection.executemany(
            "insert or ignore into dead_letter_replays values (?, ?, ?)",
            [(letter.message_id, now_us(), data) for letter, data in chunk],
        )
