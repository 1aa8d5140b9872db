"""Dead letters by reason: how many there are of each kind, for a person and for a page.

A reason quotes what it found (``field rating: "five" is no integer``), so there are as many texts
as letters. Its class is what is left without that: ``field rating: is no integer``.
"""

import re
from datetime import datetime

from esynapse.warehouse.lake import Lake

REASON_ATTRIBUTE = "CloudPubSubDeadLetterSourceDeliveryErrorMessage"
"""Why a BigQuery subscription could not write the message."""
IMPORT = "import"
"""``subscription_name`` of what an import refused."""
NO_REASON = "no reason given"
"""Of what subscribers gave up, https://cloud.google.com/pubsub/docs/handling-failures."""

_CLASSES = (
    (r"(?s)^not (JSON|UTF-8): .*", r"not \1"),
    (r"(?s)^unknown field .*: (the table has no such column)", r"unknown field: \1"),
    (r"(?s)^field ([A-Za-z0-9_]+): .* (is (?:no|too) .*)", r"field \1: \2"),
)
"""Pattern and what takes its place, meant alike by Python's ``re`` and by DuckDB's RE2."""


def reason_class(reason: str | None) -> str:
    """The class of a ``reason``; of an import it is the reason itself."""
    if reason is None:
        return NO_REASON
    for pattern, replacement in _CLASSES:
        reason = re.sub(pattern, replacement, reason)
    return reason


def _class_sql(reason: str) -> str:
    for pattern, replacement in _CLASSES:
        reason = f"regexp_replace({reason}, '{pattern}', '{replacement}')"
    return f"coalesce({reason}, '{NO_REASON}')"


REASON = (
    f"coalesce(json_extract_string(attributes, '$.{REASON_ATTRIBUTE}'),"
    f" case when subscription_name = '{IMPORT}' then json_extract_string(attributes, '$.reason')"
    " end)"
)
"""SQL: the reason of a row of ``dead_letter_events``, null if none was given."""
REASON_CLASS = _class_sql(REASON)
"""SQL: what ``reason_class`` makes of it."""
CHOSEN = f"""
    ($since is null or publish_time >= $since)
    and (
        $reason = ''
        or contains(lower({REASON}), lower($reason))
        or contains(lower({REASON_CLASS}), lower($reason))
    )
"""
"""SQL: rows from ``$since`` on whose reason or its class contains ``$reason``, in any case."""


def dead_letters_by_reason(
    lake: Lake, *, reason: str = "", since: datetime | None = None
) -> dict[str, int]:
    """Letters by class of reason, the most frequent first; the column ``data`` is not read."""
    found = lake.query(
        f"select {REASON_CLASS} as reason, count(*) as letters from dead_letter_events"
        f" where {CHOSEN} group by 1 order by 2 desc, 1",
        {"reason": reason, "since": since},
    )
    return dict(zip(found["reason"].to_pylist(), found["letters"].to_pylist(), strict=True))
