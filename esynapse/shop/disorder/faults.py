"""The ways in which a message or a row can be malformed, each caught by a guard downstream.

A fault is put into a copy of a good event. One that a typed row can carry is an edit of the row; it
reaches the stream as the JSON of that row. The others exist as bytes alone: a table of EVENT_SCHEMA
cannot hold them, nor a row without event_timestamp, which has no day to lie in.

Each is caught on every target, by one of the two guards of the contract: by the *schema*, so that
Pub/Sub sends the message to the dead-letter topic, or by the *rules* of staging, so that the row
is quarantined. Only for the two impossible timestamps do the targets differ: BigQuery's streaming
writes may refuse a partition so far away, and then it is the schema that catches them.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Literal

from esynapse.events import EVENT_TYPES, QUANTITY_EVENT_TYPES

Row = dict[str, Any]

OVERSIZE_BYTES = 1_000_000
"""Filling of an oversize message: 3,000 times an event, and a tenth of what Pub/Sub takes (its
client refuses beyond 10 MB, so nothing larger can be under way;
https://cloud.google.com/pubsub/quotas#resource_limits)."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CENTURY = timedelta(days=36_525)
"""Far ahead, and still within BigQuery's last partition, 2159-12-31."""


@dataclass(frozen=True)
class Fault:
    """One way to be malformed."""

    kind: str
    """The field of ``figures.Malformed`` that holds its share."""
    detail: str
    """What is wrong, in a few words; unique."""
    caught_by: Literal["schema", "rules"]
    edit: Callable[[Row], Row] | None = None
    """Changes to the columns of a typed row."""
    spoil: Callable[[bytes], bytes] | None = None
    """From the good message to the bad one, for what no typed row can carry."""
    event_types: tuple[str, ...] = EVENT_TYPES
    """Types of event in which it is a fault."""


def _missing(field: str, event_types: tuple[str, ...] = EVENT_TYPES) -> Fault:
    return Fault(
        "missing_field",
        f"no {field}",
        "rules",
        edit=lambda _: {field: None},
        event_types=event_types,
    )


def _impossible(detail: str, edit: Callable[[Row], Row]) -> Fault:
    return Fault("impossible_value", detail, "rules", edit=edit)


def _unknown(detail: str, edit: Callable[[Row], Row]) -> Fault:
    return Fault("unknown_event_type", detail, "rules", edit=edit)


def _wrong_type(detail: str, change: Callable[[Row], Row]) -> Fault:
    return Fault("wrong_type", detail, "schema", spoil=_in_json(change))


def _in_json(change: Callable[[Row], Row]) -> Callable[[bytes], bytes]:
    """The message with other fields; a field changed to None is left out."""

    def spoil(message: bytes) -> bytes:
        fields = json.loads(message)
        fields |= change(fields)
        present = {name: value for name, value in fields.items() if value is not None}
        return json.dumps(present, separators=(",", ":"), ensure_ascii=False).encode()

    return spoil


def _in_latin_1(message: bytes) -> bytes:
    """An accented letter of Latin-1 at the head of the first value, where UTF-8 has no place."""
    return message.replace(b'":"', b'":"\xe9', 1)


FAULTS = (
    *(_missing(name) for name in ("event_id", "event_type", "user_id", "session_id", "sale_price")),
    _missing("product_id", tuple(kind for kind in EVENT_TYPES if kind != "begin_checkout")),
    _missing("quantity", QUANTITY_EVENT_TYPES),
    _missing("rating", ("review",)),
    Fault(
        "missing_field",
        "no event_timestamp",
        "schema",
        spoil=_in_json(lambda _: {"event_timestamp": None}),
    ),
    _wrong_type("event_timestamp in words", lambda _: {"event_timestamp": "yesterday at noon"}),
    _wrong_type("on_sale as text", lambda _: {"on_sale": "maybe"}),
    _wrong_type("sale_price with a currency", lambda row: {"sale_price": f"EUR {_price(row)}"}),
    _wrong_type("quantity in words", lambda _: {"quantity": "a pair"}),
    _wrong_type("rating with a half", lambda _: {"rating": 4.5}),
    _wrong_type("user_id as an object", lambda row: {"user_id": {"id": row.get("user_id")}}),
    _wrong_type("product_id as a list", lambda row: {"product_id": [row.get("product_id")]}),
    _unknown("event_type page_scroll", lambda _: {"event_type": "page_scroll"}),
    _unknown("event_type in capitals", lambda row: {"event_type": row["event_type"].upper()}),
    _unknown("event_type cut short", lambda row: {"event_type": row["event_type"][:-1]}),
    _unknown("event_type empty", lambda _: {"event_type": ""}),
    _impossible("sale_price negative", lambda row: {"sale_price": -max(_price(row), 0.01)}),
    _impossible("sale_price of a billion", lambda _: {"sale_price": 1e9}),
    _impossible("quantity 0", lambda _: {"quantity": 0}),
    _impossible("quantity of a billion", lambda _: {"quantity": 10**9}),
    _impossible("rating 0", lambda _: {"rating": 0}),
    _impossible("rating 9", lambda _: {"rating": 9}),
    _impossible("event_timestamp 1970", lambda _: {"event_timestamp": _EPOCH}),
    _impossible(
        "event_timestamp a century ahead",
        lambda row: {"event_timestamp": row["event_timestamp"] + _CENTURY},
    ),
    Fault("not_json", "cut off", "schema", spoil=lambda message: message[: len(message) // 2]),
    Fault("not_json", "NaN", "schema", spoil=_in_json(lambda _: {"sale_price": float("nan")})),
    Fault(
        "not_json",
        "an HTML page",
        "schema",
        spoil=lambda _: b"<html><body><h1>502 Bad Gateway</h1></body></html>",
    ),
    Fault(
        "not_json",
        "comma-separated",
        "schema",
        spoil=lambda message: ",".join(map(str, json.loads(message).values())).encode(),
    ),
    Fault("wrong_encoding", "Latin-1", "schema", spoil=_in_latin_1),
    Fault(
        "wrong_encoding",
        "UTF-16",
        "schema",
        spoil=lambda message: b"\xff\xfe" + message.decode().encode("utf-16-le"),
    ),
    Fault(
        "oversize",
        "a page in event_type",
        "rules",
        spoil=_in_json(lambda _: {"event_type": "<p>" * (OVERSIZE_BYTES // 3)}),
    ),
    Fault(
        "oversize",
        "a page in an unknown field",
        "schema",
        spoil=_in_json(lambda _: {"stack_trace": "at line 1\n" * (OVERSIZE_BYTES // 10)}),
    ),
)


def _price(row: Row) -> float:
    return float(row.get("sale_price") or 0.0)


@cache
def possible_faults(kind: str, event_type: str) -> tuple[Fault, ...]:
    """The faults of one kind that an event of this type can have; there is always one."""
    return tuple(f for f in FAULTS if f.kind == kind and event_type in f.event_types)


@cache
def fault_of(detail: str) -> Fault:
    """The fault that ``detail`` names."""
    return next(fault for fault in FAULTS if fault.detail == detail)
