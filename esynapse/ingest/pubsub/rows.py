"""Messages become rows of the table that a BigQuery subscription writes to.

With ``use_table_schema`` a message is a row. Without, it is the column ``data``; with
``write_metadata`` either gets the columns of
https://cloud.google.com/pubsub/docs/bigquery#write_metadata.
"""

import json
from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from esynapse.ingest.pubsub.decode import decode
from esynapse.ingest.pubsub.lake_table import METADATA_COLUMNS, lake_table
from esynapse.ingest.pubsub.log import Delivery
from esynapse.ingest.pubsub.subscriptions import Subscription
from esynapse.warehouse.raw_tables import RAW_TABLES

Failed = list[tuple[Delivery, str]]


def rows_of(
    subscription: Subscription, deliveries: Sequence[Delivery]
) -> tuple[pa.Table, list[Delivery], Failed]:
    """Messages as rows of the subscription's table, the messages they came from, in their order,
    and those that do not fit, with the reason."""
    config = subscription.config.bigquery_config
    schema = RAW_TABLES[lake_table(config)]
    fields = [f for f in schema if not (config.write_metadata and f.name in METADATA_COLUMNS)]
    data = [delivery.message.data for delivery in deliveries]
    failed: Failed = []
    if config.use_table_schema:
        decoded = decode(data, pa.schema(fields), drop_unknown_fields=config.drop_unknown_fields)
        failed = [(deliveries[position], reason) for position, reason in decoded.rejected]
        refused = {position for position, _ in decoded.rejected}
        deliveries = [d for position, d in enumerate(deliveries) if position not in refused]
        columns = {name: decoded.rows[name] for name in decoded.rows.schema.names}
    else:
        columns = {"data": pa.array(data, pa.binary())}
    if config.write_metadata:
        columns |= _metadata(subscription.name, deliveries)
    empty = pa.nulls(len(deliveries))
    rows = pa.table([columns.get(f.name, empty.cast(f.type)) for f in schema], schema=schema)
    return rows, list(deliveries), failed


def _metadata(name: str, deliveries: Sequence[Delivery]) -> dict[str, pa.Array]:
    return {
        "subscription_name": pa.array([name] * len(deliveries), pa.string()),
        "message_id": pa.array([str(d.message_id) for d in deliveries], pa.string()),
        "publish_time": pa.array(
            [d.published_at for d in deliveries], pa.timestamp("us", tz="UTC")
        ),
        "attributes": pa.array([_attributes(d.message) for d in deliveries], pa.string()),
    }


def _attributes(message: Any) -> str:
    """The attributes as a JSON object, and among them the ordering key by its JSON name."""
    found = dict(message.attributes)
    if message.ordering_key:
        found["orderingKey"] = message.ordering_key
    return json.dumps(found, ensure_ascii=False)
