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


def encode_events(events: pa.Table) -> Iterator[bytes]:
    """Yield each row of ``events`` (EVENT_SCHEMA) as a JSON object, nulls left out.

    Timestamps are RFC 3339 in UTC with microseconds, which BigQuery reads as TIMESTAMP
    (https://cloud.google.com/pubsub/docs/bigquery#use_table_schema).
    """
    stamps = events["event_timestamp"].cast(pa.timestamp("us"))
    text = pc.strftime(stamps, format="%Y-%m-%dT%H:%M:%SZ")
    columns: dict[str, list[Any]] = {
        name: (text if name == "event_timestamp" else events[name]).to_pylist()
        for name in events.column_names
    }
    names = list(columns)
    encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode
    for row in zip(*columns.values(), strict=True):
        present = {n: v for n, v in zip(names, row, strict=True) if v is not None}
        yield encode(present).encode()
