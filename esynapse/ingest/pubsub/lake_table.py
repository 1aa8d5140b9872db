"""The table of the lake that a BigQuery subscription writes to, and whether its messages fit it."""

from typing import Any

from esynapse.ingest.pubsub.refusal import invalid, not_found, unsupported
from esynapse.warehouse.raw_tables import RAW_TABLES

METADATA_COLUMNS = ("subscription_name", "message_id", "publish_time", "attributes")


def lake_table(config: Any) -> str:
    """The raw table that a ``BigQueryConfig`` names as ``project.dataset.table``."""
    return str(config.table).replace(":", ".").rsplit(".", 1)[-1]


def check_bigquery_config(config: Any) -> None:
    """Refuse a BigQueryConfig whose messages could never be written."""
    table = lake_table(config)
    if config.use_topic_schema and config.use_table_schema:
        raise invalid("use_topic_schema and use_table_schema exclude each other.")
    if config.use_topic_schema:
        raise unsupported("topic schemas (bigquery_config.use_topic_schema)")
    if table not in RAW_TABLES:
        raise not_found(table)
    wanted = [] if config.use_table_schema else ["data"]
    wanted += METADATA_COLUMNS if config.write_metadata else []
    missing = [name for name in wanted if name not in RAW_TABLES[table].names]
    if missing:
        raise invalid(f"Incompatible schema: table {config.table} has no column {missing[0]}.")
