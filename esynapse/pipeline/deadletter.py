"""Dead letters: what lies in ``dead_letter_events``, for a person to look at.

A letter may have megabytes and there may be very many, so its bytes are read only where they are
wanted, and a file of the lake at a time.
"""

import json
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from esynapse.errors import EsynapseError
from esynapse.home import open_home
from esynapse.settings import Settings
from esynapse.warehouse.dead_letters import (
    CHOSEN,
    IMPORT,
    NO_REASON,
    REASON_ATTRIBUTE,
)
from esynapse.warehouse.lake import Lake

TABLE = "dead_letter_events"
ROWS_AT_ONCE = 64
"""Made Python objects together."""


@dataclass(frozen=True)
class Letter:
    """One row of ``dead_letter_events``."""

    message_id: str
    publish_time: datetime
    """When it became a dead letter."""
    subscription_name: str
    attributes: dict[str, str]
    data: bytes
    """What could not be written, as it was sent."""
    replayed_at: datetime | None

    @property
    def reason(self) -> str:
        of_import = self.attributes.get("reason") if self.is_import else None
        return str(self.attributes.get(REASON_ATTRIBUTE) or of_import or NO_REASON)

    @property
    def is_import(self) -> bool:
        return self.subscription_name == IMPORT


def open_lake(settings: Settings) -> Lake:
    """The lake of the home, which must be there.

    Raises:
        EsynapseError: there is no home, or the target has no dead letters that we can read.
    """
    if settings.target != "local":
        raise EsynapseError(
            f"target {settings.target!r} has no 'esynapse deadletter' in this version: query its "
            f"table {settings.dataset}.{TABLE}, or use target local"
        )
    return Lake(open_home(settings.home, create=False))


def newest_letters(
    lake: Lake, *, reason: str = "", since: datetime | None = None, limit: int
) -> list[Letter]:
    """The newest letters whose reason contains ``reason``, the newest first."""
    found = lake.query(
        f"select message_id from {TABLE} where {CHOSEN}"
        " order by publish_time desc, message_id desc limit $limit",
        {"reason": reason, "since": since, "limit": limit},
    )["message_id"].to_pylist()
    by_id = {letter.message_id: letter for letter in read_letters(lake, found)}
    return [by_id[message_id] for message_id in dict.fromkeys(found)]


def read_letter(lake: Lake, message_id: str) -> Letter:
    """The letter ``message_id``; the newest, if a file was imported under several mappings.

    Raises:
        EsynapseError: there is none.
    """
    letters = list(read_letters(lake, [message_id]))
    if not letters:
        raise _unknown(message_id)
    return max(letters, key=lambda letter: letter.publish_time)


def letters_to_replay(
    lake: Lake, *, message_ids: Sequence[str] | None = None, reason: str = ""
) -> tuple[list[str], int]:
    """Ids of the letters ``message_ids``, or of all whose reason contains ``reason``.

    Returns:
        The ids of messages, and how many letters of imports were passed over.

    Raises:
        EsynapseError: one of ``message_ids`` is unknown or is of an import.
    """
    of_ids = "message_id in (select unnest($ids))" if message_ids is not None else "$ids is null"
    found = lake.query(
        f"select message_id, coalesce(subscription_name = '{IMPORT}', false) as is_import"
        f" from {TABLE} where {of_ids} and {CHOSEN}",
        {"ids": message_ids, "reason": reason, "since": None},
    )
    of_import = dict(zip(*(column.to_pylist() for column in found.columns), strict=True))
    for message_id in message_ids or ():
        if message_id not in of_import:
            raise _unknown(message_id)
        if of_import[message_id]:
            raise EsynapseError(
                f"dead letter {message_id} is a line of an imported file: "
                "mend the file and import it again"
            )
    ids = [message_id for message_id, imported in of_import.items() if not imported]
    return ids, len(of_import) - len(ids)


def read_letters(lake: Lake, message_ids: Collection[str]) -> Iterator[Letter]:
    """The letters ``message_ids`` with their bytes, in the order in which they landed.

    Raises:
        EsynapseError: a file of the lake is missing or damaged; the message names it.
    """
    wanted = set(message_ids)
    replayed = replays(lake, wanted)
    for file in lake.files(TABLE):
        path = lake.home.lake / file.path
        try:
            with pq.ParquetFile(path) as parquet:
                for group in range(parquet.num_row_groups):
                    for row in _rows(parquet, group, wanted):
                        yield _letter(row, replayed)
        except (pa.ArrowInvalid, FileNotFoundError) as error:
            first = str(error).splitlines()[0]
            raise EsynapseError(f"the lake cannot be read: {path}: {first}") from error


def replays(lake: Lake, message_ids: Collection[str]) -> dict[str, datetime]:
    """When those of ``message_ids`` that were sent again were."""
    with closing(lake.connect()) as connection:
        found = connection.execute(
            "select message_id, replayed_at from dead_letter_replays"
            " where message_id in (select value from json_each(?))",
            (json.dumps(list(message_ids)),),
        ).fetchall()
    return {message_id: datetime.fromtimestamp(at / 1e6, UTC) for message_id, at in found}


def _rows(parquet: Any, group: int, wanted: set[str]) -> Iterator[dict[str, Any]]:
    ids = parquet.read_row_group(group, ["message_id"])["message_id"].to_pylist()
    mask = pa.array([message_id in wanted for message_id in ids])
    if not mask.true_count:
        return
    for batch in parquet.read_row_group(group).filter(mask).to_batches(ROWS_AT_ONCE):
        yield from batch.to_pylist()


def _letter(row: dict[str, Any], replayed: dict[str, datetime]) -> Letter:
    return Letter(
        message_id=row["message_id"],
        publish_time=row["publish_time"],
        subscription_name=row["subscription_name"] or "",
        attributes=json.loads(row["attributes"] or "{}"),
        data=row["data"] or b"",
        replayed_at=replayed.get(row["message_id"]),
    )


def _unknown(message_id: str) -> EsynapseError:
    return EsynapseError(
        f"there is no dead letter {message_id}: 'esynapse deadletter list' shows them"
    )
