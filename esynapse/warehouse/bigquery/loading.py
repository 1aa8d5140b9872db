"""Load jobs: rows as Parquet into a table, free of charge, each batch once.

A batch has a key, and its job a name made of the key. BigQuery takes a name once: whoever sends the
batch again is told of the job that was there, whatever became of the answer to the first. BigQuery
forgets jobs after half a year; should a batch come again after that, its events have the ids that
they had, and staging drops them as it drops other repeats.
https://cloud.google.com/bigquery/docs/running-jobs#generate-jobid
"""

import hashlib
import io
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from esynapse.errors import EsynapseError
from esynapse.warehouse.bigquery.clients import retries
from esynapse.warehouse.bigquery.errors import explained

if TYPE_CHECKING:
    from google.api_core.exceptions import GoogleAPICallError
    from google.cloud.bigquery import Client, LoadJob, LoadJobConfig, Table

MOST_ATTEMPTS = 20
"""Jobs of one batch: a job that failed keeps its name, and the next try takes another."""
WITHIN_A_CALL = 3
"""Of these in one call, where BigQuery says that the fault is its own."""
OF_THE_SERVICE = frozenset({"backendError", "internalError", "jobBackendError", "jobInternalError"})
"""Reasons for which https://cloud.google.com/bigquery/docs/error-messages advises another try."""


class Loader:
    """Loads rows into tables with one client.

    Every method raises EsynapseError, in one line, for what BigQuery refuses or cannot do.
    """

    def __init__(self, client: "Client") -> None:
        self._client = client

    def append(self, table: str, rows: pa.Table, *, batch_key: str) -> int:
        """Append to a table that is there; the rows added: none if the batch was loaded before.

        Args:
            table: ``project.dataset.table``.
        """
        with explained(f"the load into {table}"):
            found = self._client.get_table(table, retry=retries())
            return self._append(found, rows, batch_key)

    def replace(self, table: str, rows: pa.Table) -> None:
        """Replace all rows of a table that is there; readers see the old ones or the new ones."""
        with explained(f"the load into {table}"):
            found = self._client.get_table(table, retry=retries())
            config = self._config(found, "WRITE_TRUNCATE")
            retries()(self._send)(found, rows, config).result(retry=retries())

    def _append(self, table: "Table", rows: pa.Table, batch_key: str) -> int:
        config = self._config(table, "WRITE_APPEND")
        sent = 0
        for name in _job_names(table, batch_key):
            job = self._known(name)
            if job is None:
                sent += 1
                job = retries()(self._send_once)(table, rows, config, name)
            problem = _outcome(job)
            if problem is None:
                return rows.num_rows if sent else 0
            if sent and (_reason(job) not in OF_THE_SERVICE or sent == WITHIN_A_CALL):
                raise problem
        raise EsynapseError(f"{MOST_ATTEMPTS} loads of one batch into {table} have failed")

    def _send_once(
        self, table: "Table", rows: pa.Table, config: "LoadJobConfig", name: str
    ) -> "LoadJob":
        """Send it unless it is known: the answer to a call before this one may have been lost."""
        from google.api_core.exceptions import Conflict

        known = self._known(name)
        if known:
            return known
        try:
            return self._send(table, rows, config, name)
        except Conflict:
            job: LoadJob = self._client.get_job(name, retry=retries())
            return job

    def _known(self, name: str) -> "LoadJob | None":
        from google.api_core.exceptions import NotFound

        try:
            job: LoadJob = self._client.get_job(name, retry=retries())
        except NotFound:
            return None
        return job

    def _send(
        self, table: "Table", rows: pa.Table, config: "LoadJobConfig", name: str | None = None
    ) -> "LoadJob":
        file = io.BytesIO()
        pq.write_table(rows, file, compression="zstd")
        return self._client.load_table_from_file(
            file, table.reference, rewind=True, job_id=name, job_config=config
        )

    def _config(self, table: "Table", disposition: str) -> "LoadJobConfig":
        from google.cloud.bigquery import LoadJobConfig

        return LoadJobConfig(
            source_format="PARQUET",
            write_disposition=disposition,
            create_disposition="CREATE_NEVER",
            schema=table.schema,
            labels={"app": "esynapse", "flow": "load"},
        )


def _job_names(table: "Table", batch_key: str) -> Iterator[str]:
    """Of a batch's jobs; a table that was made anew knows nothing of those before it."""
    whole = f"{table.full_table_id}/{table.created}/{batch_key}"
    digest = hashlib.sha256(whole.encode()).hexdigest()[:40]
    for attempt in range(MOST_ATTEMPTS):
        yield f"esynapse-load-{digest}-{attempt}"


def _outcome(job: "LoadJob") -> "GoogleAPICallError | None":
    """What became of a job, when it is done: the reason why it failed, or None."""
    from google.api_core.exceptions import GoogleAPICallError

    try:
        job.result(retry=retries())
    except GoogleAPICallError as error:
        if job.error_result is None:  # not the job failed, but the call that asked for it
            raise
        failed: GoogleAPICallError = error
        return failed
    return None


def _reason(job: "LoadJob") -> str:
    return str((job.error_result or {}).get("reason"))
