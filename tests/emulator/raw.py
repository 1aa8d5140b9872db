"""The raw tables in BigQuery: made, and filled by load jobs of Parquet."""

import io

import pyarrow as pa
import pyarrow.parquet as pq
from google.cloud import bigquery

from esynapse.warehouse.bigquery.columns import columns
from esynapse.warehouse.raw_tables import CATALOG_TABLES, RAW_TABLES

TABLES = RAW_TABLES | CATALOG_TABLES


def create_raw_tables(client: bigquery.Client, dataset: str) -> None:
    client.create_dataset(dataset)
    for name, schema in TABLES.items():
        fields = [bigquery.SchemaField(each["name"], each["type"]) for each in columns(schema)]
        table = bigquery.Table(f"{client.project}.{dataset}.{name}", schema=fields)
        if name == "live_events":
            table.time_partitioning = bigquery.TimePartitioning(field="event_timestamp")
            table.require_partition_filter = True
            table.clustering_fields = ["event_type", "product_id"]
        client.create_table(table)


def load(
    client: bigquery.Client, dataset: str, name: str, rows: pa.Table, *, replace: bool = False
) -> int:
    """Add rows to a raw table, or put them in the place of all; how many BigQuery says it took."""
    file = io.BytesIO()
    pq.write_table(rows.cast(TABLES[name]), file)
    config = bigquery.LoadJobConfig(
        source_format=bigquery.SourceFormat.PARQUET,
        create_disposition=bigquery.CreateDisposition.CREATE_NEVER,
        write_disposition=bigquery.WriteDisposition.WRITE_TRUNCATE
        if replace
        else bigquery.WriteDisposition.WRITE_APPEND,
    )
    table = f"{client.project}.{dataset}.{name}"
    job = client.load_table_from_file(file, table, rewind=True, job_config=config)
    return int(job.result().output_rows or 0)
