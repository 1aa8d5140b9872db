"""Publishing on BigQuery: the marts of a green build are copied to where readers look.

Copy jobs are free, and each replaces its table at once; a whole publication takes seconds. The row
of ``publication`` comes last: readers who keep answers keep them until it changes.
"""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from esynapse.warehouse.bigquery.clients import retries
from esynapse.warehouse.bigquery.errors import explained
from esynapse.warehouse.bigquery.jobs import Jobs, Statement
from esynapse.warehouse.bigquery.names import Names

if TYPE_CHECKING:
    from google.cloud.bigquery import Client
    from google.cloud.bigquery.table import TableListItem

AT_ONCE = 8
"""Tables copied at the same time."""


def publish_marts(client: "Client", jobs: Jobs, names: Names) -> None:
    """Copy every table and view of the marts, as tables, and take away what is no mart any more.

    Raises:
        EsynapseError: BigQuery refused; what readers see is the old or the new of each mart.
    """
    with explained("the publication of the marts"):
        marts = list(client.list_tables(names.marts, retry=retries()))
        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(lambda mart: _copy(client, jobs, names, mart), marts))
        known = {mart.table_id for mart in marts} | {"publication"}
        for table in client.list_tables(names.published, retry=retries()):
            if table.table_id not in known:
                client.delete_table(table.reference, not_found_ok=True, retry=retries())
    sql = (
        f"create or replace table `{names.publication}` as"
        f" select @now as published_at, max(as_of) as as_of from `{names.marts}.pipeline_clock`"
    )
    jobs.run(Statement("publication", sql, {"now": datetime.now(UTC)}))


def _copy(client: "Client", jobs: Jobs, names: Names, mart: "TableListItem") -> None:
    from google.cloud.bigquery import CopyJobConfig

    target = f"{names.published}.{mart.table_id}"
    if mart.table_type == "VIEW":
        sql = f"create or replace table `{target}` as select * from `{names.marts}.{mart.table_id}`"
        jobs.run(Statement(f"copy_{mart.table_id}", sql))
        return
    config = CopyJobConfig(
        write_disposition="WRITE_TRUNCATE", labels={"app": "esynapse", "flow": "publish"}
    )
    copy = client.copy_table(mart.reference, target, job_config=config, retry=retries())
    copy.result(retry=retries())
