"""Publishing on BigQuery: the marts of a green build are copied to where readers look.

Copy jobs are free, and each replaces its table at once; a whole publication takes seconds. The row
of ``publication`` comes last: readers who keep answers keep them until it changes.
"""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from esynapse.warehouse.bigquery.clients import retries
from esynapse.warehouse.bigquery.errors import explained
from esynapse.warehouse.bigquery.names import Names

if TYPE_CHECKING:
    from google.cloud.bigquery import Client
    from google.cloud.bigquery.table import TableListItem

AT_ONCE = 8
"""Tables copied at the same time."""


def publish_marts(client: "Client", names: Names) -> None:
    """Copy every table and view of the marts, as tables, and take away what is no mart any more.

    Raises:
        EsynapseError: BigQuery refused; what readers see is the old or the new of each mart.
    """
    with explained("the publication of the marts"):
        marts = list(client.list_tables(names.marts, retry=retries()))
        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(lambda mart: _copy(client, names, mart), marts))
        known = {mart.table_id for mart in marts} | {"publication"}
        for table in client.list_tables(names.published, retry=retries()):
            if table.table_id not in known:
                client.delete_table(table.reference, not_found_ok=True, retry=retries())
        _say_published(client, names)


def _copy(client: "Client", names: Names, mart: "TableListItem") -> None:
    from google.cloud.bigquery import CopyJobConfig, QueryJobConfig

    target = f"{names.published}.{mart.table_id}"
    labels = {"app": "esynapse", "flow": "publish"}
    if mart.table_type == "VIEW":
        config = QueryJobConfig(
            destination=target, write_disposition="WRITE_TRUNCATE", labels=labels
        )
        sql = f"select * from `{names.marts}.{mart.table_id}`"
        client.query(sql, job_config=config, retry=retries()).result(retry=retries())
        return
    copy = CopyJobConfig(write_disposition="WRITE_TRUNCATE", labels=labels)
    client.copy_table(mart.reference, target, job_config=copy, retry=retries()).result(
        retry=retries()
    )


def _say_published(client: "Client", names: Names) -> None:
    from google.cloud.bigquery import QueryJobConfig, ScalarQueryParameter

    config = QueryJobConfig(
        destination=names.publication,
        write_disposition="WRITE_TRUNCATE",
        labels={"app": "esynapse", "flow": "publish"},
        query_parameters=[ScalarQueryParameter("now", "TIMESTAMP", datetime.now(UTC))],
    )
    sql = f"select @now as published_at, max(as_of) as as_of from `{names.marts}.pipeline_clock`"
    client.query(sql, job_config=config, retry=retries()).result(retry=retries())
