"""The table that a BigQuery subscription writes to: its place in the lake and its two forms.

With ``use_table_schema`` a message is a row. Without, it is the column ``data``, and with
``write_metadata`` the columns of https://cloud.google.com/pubsub/docs/bigquery#write_metadata.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from esynapse.ingest.pubsub.queue import Delivery
from esynapse.ingest.pubsub.refusal import invalid, not_found, unsupported
from esynapse.warehouse.raw_tables import RAW_TABLES

METADATA_COLUMNS = ("subscription_name", "message_id", "publish_time", "attributes")


def lake_table(config: Any) -> str:
    """The raw table that a ``BigQueryConfig`` names as ``project.dataset.table``."""
    return str(config.table).replace(":", ".").rsplit(".", 1)[-1]


def check_bigquery_config(config: Any) -> None:
    """Refuse a BigQueryConfig whose messages could never be written."""
    table = lake_table(config)
    if config.use_topic_schema:
        raise unsupported("topic schemas (bigquery_config.use_topic_schema)")
    if table not in RAW_TABLES:
        raise not_found(table)
    wanted = [] if config.use_table_schema else ["data"]
    wanted += METADATA_COLUMNS if config.write_metadata else []
    missing = [name for name in wanted if name not in RAW_TABLES[table].names]
    if missing:
        raise invalid(f"Incompatible schema: table {config.table} has no column {missing[0]}.")
    if config.use_table_schema and config.write_metadata:
        raise unsupported("use_table_schema together with write_metadata")


def raw_rows(subscription: Any, deliveries: Sequence[Delivery]) -> pa.Table:
    """Messages as rows of the table of ``subscription``, which has no use for their insides."""
    config = subscription.bigquery_config
    columns: dict[str, list[Any]] = {"data": [d.data for d in deliveries]}
    if config.write_metadata:
        columns |= {
            "subscription_name": [subscription.name] * len(deliveries),
            "message_id": [str(d.message_id) for d in deliveries],
            "publish_time": [
                datetime.fromtimestamp(d.published_at // 1_000_000, UTC).replace(
                    microsecond=d.published_at % 1_000_000
                )
                for d in deliveries
            ],
            "attributes": [d.attributes or "{}" for d in deliveries],
        }
    empty = [None] * len(deliveries)
    schema = RAW_TABLES[lake_table(config)]
    return pa.table({name: columns.get(name, empty) for name in schema.names}, schema=schema)
