"""Statements as jobs of BigQuery: labelled, capped in what they read, tried again if that helps.

What is tried again is what the client would try again (google.cloud.bigquery.retry): 429, 500, 502,
503, lost connections, and jobs that BigQuery itself gave up. The client names each job and sends a
lost call again under that name, so no job starts twice; one that runs again after all does no harm,
as every statement replaces what it writes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from esynapse.errors import EsynapseError
from esynapse.warehouse.bigquery.clients import job_retries, retries
from esynapse.warehouse.bigquery.columns import columns
from esynapse.warehouse.bigquery.errors import explained
from esynapse.warehouse.bigquery.parameters import query_parameters

if TYPE_CHECKING:
    from google.cloud.bigquery import Client, QueryJob, QueryJobConfig
    from google.cloud.bigquery.table import RowIterator


@dataclass(frozen=True)
class Statement:
    """One statement, ready to run."""

    name: str
    sql: str
    parameters: Mapping[str, object] = field(default_factory=dict)
    model: str | None = None
    """The model that it reads, without which not even a dry run succeeds."""


class Jobs:
    """Runs statements with one client.

    Every method raises EsynapseError, in one line, for what BigQuery refuses or cannot do.
    """

    def __init__(self, client: "Client", *, flow: str, maximum_bytes: int) -> None:
        self._client = client
        self._flow = flow
        self._maximum_bytes = maximum_bytes

    def check(self, statement: Statement) -> None:
        """A dry run: BigQuery reads the statement, not the data.

        Raises:
            EsynapseError: besides, if the statement would read more than is allowed.
        """
        with explained(statement.name):
            job = self._start(statement, dry_run=True, use_query_cache=False)
        reads = job.total_bytes_processed or 0
        if reads > self._maximum_bytes:
            raise EsynapseError(
                f"{statement.name} would read {reads:,} bytes, more than the "
                f"{self._maximum_bytes:,} allowed: raise ESYNAPSE_BIGQUERY_MAXIMUM_BYTES"
            )

    def run(self, statement: Statement) -> tuple[list[dict[str, Any]], int]:
        """The rows that it returns and how many it inserted, when it is done."""
        with explained(statement.name):
            job, found = self._finished(statement)
            rows = [dict(row.items()) for row in found]
        return rows, job.dml_stats.inserted_row_count if job.dml_stats else 0

    def read(self, statement: Statement) -> list[dict[str, Any]]:
        """The rows of a statement that writes nothing, after a dry run."""
        self.check(statement)
        return self.run(statement)[0]

    def ask(self, statement: Statement, *, dataset: str) -> "RowIterator":
        """The answer to a question whose tables are in ``dataset`` (``project.dataset``)."""
        with explained(statement.name):
            return self._finished(statement, default_dataset=dataset)[1]

    def models(self, dataset: str) -> set[str]:
        """Names of the models in a dataset (``project.dataset``)."""
        with explained("the list of models"):
            found = self._client.list_models(dataset, retry=retries())
            return {model.model_id for model in found}

    def create_table(self, name: str, schema: pa.Schema) -> None:
        """Create an empty table (``project.dataset.table``), unless it is there."""
        from google.cloud.bigquery import SchemaField, Table

        fields = [SchemaField(column["name"], column["type"]) for column in columns(schema)]
        with explained(f"the creation of {name}"):
            table = Table(name, schema=fields)
            self._client.create_table(table, exists_ok=True, retry=retries())

    def _finished(self, statement: Statement, **options: Any) -> "tuple[QueryJob, RowIterator]":
        """A job that is done, and its rows."""

        def once() -> "tuple[QueryJob, RowIterator]":
            job = self._start(statement, maximum_bytes_billed=self._maximum_bytes, **options)
            return job, job.result(retry=retries())

        done: tuple[QueryJob, RowIterator] = job_retries()(once)()
        return done

    def _start(self, statement: Statement, **options: Any) -> "QueryJob":
        return self._client.query(
            statement.sql,
            job_config=self._config(statement, **options),
            job_id_prefix=f"esynapse-{self._flow}-{statement.name}-",
            retry=retries(),
            job_retry=None,  # it would try to start a job for ten minutes, whatever `retry` says
        )

    def _config(self, statement: Statement, **options: Any) -> "QueryJobConfig":
        from google.cloud.bigquery import QueryJobConfig

        return QueryJobConfig(
            labels={"app": "esynapse", "flow": self._flow, "statement": statement.name},
            query_parameters=query_parameters(statement.parameters),
            **options,
        )
