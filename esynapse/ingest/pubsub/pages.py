"""Pages of names: lists come in parts, each with a token for the next."""

import sqlite3
from collections.abc import Sequence
from typing import Any

from esynapse.ingest.pubsub.refusal import invalid

DEFAULT_SIZE, LARGEST_SIZE = 100, 1000


def page_size(request: Any) -> int:
    """How many resources a list request asks for.

    Raises:
        RefusalError: less than none.
    """
    if request.page_size < 0:
        raise invalid("The value for page_size is too small. It must not be negative.")
    return min(request.page_size or DEFAULT_SIZE, LARGEST_SIZE)


def split(names: Sequence[str], size: int) -> tuple[Sequence[str], str]:
    """The first ``size`` of ``names`` and, if there are more, the token of the next page."""
    return names[:size], names[size - 1] if len(names) > size else ""


def names_of_project(
    connection: sqlite3.Connection, table: str, request: Any
) -> tuple[Sequence[str], str]:
    """One page of the names in ``table`` of ``request.project``, and the next page's token."""
    size, prefix = page_size(request), f"{request.project}/"
    found = connection.execute(
        f"select name from {table} where name > ? and substr(name, 1, ?) = ? order by name limit ?",
        (request.page_token, len(prefix), prefix, size + 1),
    ).fetchall()
    return split([name for (name,) in found], size)
