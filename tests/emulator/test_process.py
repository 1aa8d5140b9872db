"""The emulator keeps what it took, however it ends: what tests of crashes rely on."""

from contextlib import closing
from pathlib import Path

import pyarrow as pa
import pytest

from esynapse.warehouse.bigquery.clients import bigquery_client, storage_client
from tests.dbt_project.conftest import events_table, example
from tests.emulator.process import Emulator
from tests.emulator.raw import create_raw_tables, load

pytestmark = pytest.mark.slow


def test_what_was_loaded_is_there_after_a_kill_on_the_same_ports(tmp_path: Path) -> None:
    emulator = Emulator(tmp_path / "bigquery").start()
    settings = emulator.settings()
    events = events_table([example(f"e{n}", "purchase", hour=n, quantity=n) for n in range(1, 4)])
    try:
        with closing(bigquery_client(settings)) as client:
            create_raw_tables(client, settings.dataset)
            assert load(client, settings.dataset, "live_events", events) == 3
            emulator.kill()
            emulator.start()
            sql = f"select * from {settings.dataset}.live_events order by event_timestamp"
            reader = storage_client(settings, client)
            found: pa.Table = client.query(sql).to_arrow(bqstorage_client=reader)
    finally:
        emulator.kill()

    assert emulator.settings() == settings
    assert found.cast(events.schema).equals(events)
