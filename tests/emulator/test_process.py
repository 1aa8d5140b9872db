"""The emulator keeps what it took, however it ends: what tests of crashes rely on."""

from contextlib import closing
from pathlib import Path

import pyarrow as pa
import pytest

from esynapse.provision import provision
from esynapse.warehouse.bigquery.clients import bigquery_client, storage_client
from esynapse.warehouse.bigquery.warehouse import BigQueryWarehouse
from tests.dbt_project.conftest import events_table, example
from tests.emulator.process import Emulator

pytestmark = pytest.mark.slow


def test_what_was_loaded_is_there_after_a_kill_on_the_same_ports(tmp_path: Path) -> None:
    emulator = Emulator(tmp_path / "bigquery").start()
    settings = emulator.settings()
    events = events_table([example(f"e{n}", "purchase", hour=n, quantity=n) for n in range(1, 4)])
    try:
        with closing(bigquery_client(settings)) as client:
            provision(settings)
            assert BigQueryWarehouse(settings).load_events(events, batch_key="a") == 3
            emulator.kill()
            emulator.start()
            sql = f"select * from {settings.dataset}.live_events order by event_timestamp"
            reader = storage_client(settings, client)
            found: pa.Table = client.query(sql).to_arrow(bqstorage_client=reader)
    finally:
        emulator.kill()

    assert emulator.settings() == settings
    assert found.cast(events.schema).equals(events)
