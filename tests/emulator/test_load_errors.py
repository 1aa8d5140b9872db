"""What the emulator does otherwise than BigQuery with load jobs; see test_errors.py."""

import io
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from google.api_core.exceptions import Conflict, NotFound
from google.cloud import bigquery

from esynapse.settings import Settings
from esynapse.warehouse.bigquery.clients import bigquery_client
from tests.emulator.process import Emulator

MENDS = ("a_load_has_the_name_that_it_is_given", "a_load_changes_when_its_table_was_changed")

pytestmark = pytest.mark.slow


@pytest.fixture
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[bigquery.Client]:
    """Of the emulator as it is published."""
    emulator = Emulator(tmp_path_factory.mktemp("plain"), mended=False).start()
    with closing(bigquery_client(emulator.settings())) as client:
        yield client
    emulator.kill()


def made_table(client: bigquery.Client, settings: Settings) -> bigquery.Table:
    client.create_dataset(settings.dataset)
    field = bigquery.SchemaField("a", "INTEGER")
    return client.create_table(
        bigquery.Table(f"{settings.project}.{settings.dataset}.loaded", schema=[field])
    )


def load(client: bigquery.Client, table: bigquery.Table, name: str) -> bigquery.LoadJob:
    file = io.BytesIO()
    pq.write_table(pa.table({"a": [1]}), file)
    job = client.load_table_from_file(
        file,
        table.reference,
        rewind=True,
        job_id=name,
        job_config=bigquery.LoadJobConfig(source_format="PARQUET"),
    )
    job.result()
    return job


def test_a_load_keeps_its_name_and_takes_it_once_in_the_mended_emulator_alone(
    plain: bigquery.Client, client: bigquery.Client, bigquery_settings: Settings
) -> None:
    table = made_table(client, bigquery_settings)
    name = f"load-into-{bigquery_settings.dataset}"
    assert load(client, table, name).job_id == name
    assert client.get_job(name).state == "DONE"
    with pytest.raises(Conflict):
        load(client, table, name)

    table = made_table(plain, bigquery_settings)
    for _ in range(2):
        assert load(plain, table, name).job_id != name
    with pytest.raises(NotFound):
        plain.get_job(name)


def test_a_load_changes_its_table_in_the_mended_emulator_alone(
    plain: bigquery.Client, client: bigquery.Client, bigquery_settings: Settings
) -> None:
    def changed(by: bigquery.Client) -> tuple[datetime, datetime]:
        before = made_table(by, bigquery_settings)
        load(by, before, f"change-{bigquery_settings.dataset}")
        return before.modified, by.get_table(before).modified

    before, after = changed(client)
    assert after > before
    before, after = changed(plain)
    assert after == before
