"""The event contract: what a row of ``live_events`` and of ``products`` is.

The two tables are the same on every target. An event is one row; in flight it is one JSON object
in the form that a BigQuery subscription with ``use_table_schema`` accepts.
"""

import json
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

EVENT_SCHEMA = pa.schema(
    [
        pa.field("event_id", pa.string()),
        pa.field("event_timestamp", pa.timestamp("us", tz="UTC")),
        pa.field("event_type", pa.string()),
        pa.field("user_id", pa.string()),
        pa.field("session_id", pa.string()),
        pa.field("product_id", pa.string()),
        pa.field("on_sale", pa.bool_()),
        pa.field("sale_price", pa.float64()),
        pa.field("quantity", pa.int64()),
        pa.field("rating", pa.int64()),
        pa.field("source", pa.string()),
    ]
)

PRODUCT_SCHEMA = pa.schema(
    [
        pa.field("product_id", pa.string()),
        pa.field("product_name", pa.string()),
        pa.field("category", pa.string()),
        pa.field("regular_price", pa.float64()),
        pa.field("avg_rating", pa.float64()),
        pa.field("review_count", pa.int64()),
        pa.field("in_stock", pa.bool_()),
    ]
)

EVENT_TYPES = (
    "view_item",
    "add_to_cart",
    "remove_from_cart",
    "begin_checkout",
    "purchase",
    "refund",
    "review",
    "out_of_stock",
)
"""GA4's names where GA4 has one; ``review`` and ``out_of_stock`` are ours."""

QUANTITY_EVENT_TYPES = ("add_to_cart", "remove_from_cart", "purchase", "refund")
"""Event types that carry a quantity."""

_ROWS = 10_000
"""Rows encoded at a time."""
_ESCAPED = r'["\\\x00-\x1f]'
"""What JSON does not take as it is."""
_ENCODE = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode


def encode_events(events: pa.Table) -> Iterator[bytes]:
    """Yield each row of ``events`` (EVENT_SCHEMA) as a JSON object, nulls left out.

    Timestamps are RFC 3339 in UTC with microseconds, which BigQuery reads as TIMESTAMP
    (https://cloud.google.com/pubsub/docs/bigquery#use_table_schema). The bytes are those that
    Python's json writes without blanks; they are made by column, for the most part outside the GIL.
    """
    for begin in range(0, events.num_rows, _ROWS):
        rows = events.slice(begin, _ROWS)
        fields = [_field(name, rows[name]) for name in rows.column_names]
        joined = pc.binary_join_element_wise(*fields, "")
        opened = pc.binary_replace_slice(joined, 0, 1, "{")  # in the place of the first comma
        yield from pc.binary_join_element_wise(opened, "}", "").cast(pa.binary()).to_pylist()


def _field(name: str, values: pa.ChunkedArray) -> pa.ChunkedArray:
    """``,"name":value`` of each row; nothing where it is null."""
    kind = values.type
    if pa.types.is_timestamp(kind):
        stamps = values.cast(pa.timestamp("us")).cast(pa.string())
        text = _joined('"', pc.binary_replace_slice(stamps, 10, 11, "T"), 'Z"')
    elif pa.types.is_string(kind):
        text = _quoted(values)
    elif pa.types.is_floating(kind):
        text = _one_by_one(values)
    else:
        text = values.cast(pa.string())
    return pc.fill_null(_joined(f',"{name}":', text), "")


def _quoted(text: pa.ChunkedArray) -> pa.ChunkedArray:
    if pc.any(pc.match_substring_regex(text, _ESCAPED)).as_py():
        return _one_by_one(text)
    return _joined('"', text, '"')


def _one_by_one(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """As Python writes them in JSON: floats, and text with something to escape."""
    kinds = values.combine_chunks().dictionary_encode()
    written = pa.array(map(_ENCODE, kinds.dictionary.to_pylist()), pa.string())
    return pa.chunked_array([written.take(kinds.indices)])


def _joined(*parts: Any) -> pa.ChunkedArray:
    return pc.binary_join_element_wise(*parts, "")
