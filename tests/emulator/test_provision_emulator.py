"""Provisioning on the emulators of BigQuery and Pub/Sub, twice over."""

import pytest
from google.cloud.bigquery import Client, SchemaField, Table, TimePartitioning

from esynapse.events import EVENT_SCHEMA, PRODUCT_SCHEMA
from esynapse.home import open_home
from esynapse.ingest.pubsub.server import Server
from esynapse.provision import destroy, plan, provision
from esynapse.provision.resources import dataset_names
from esynapse.settings import Settings
from esynapse.warehouse.bigquery.columns import columns
from esynapse.warehouse.raw_tables import CATALOG_TABLES, RAW_TABLES
from tests.ingest.conftest import free_port

pytestmark = pytest.mark.slow

KINDS = {"dataset", "table", "topic", "subscription"}


@pytest.fixture
def emulated(bigquery_settings: Settings, tmp_path, monkeypatch):
    """Of a dataset that is not there yet, and of a Pub/Sub server without topics."""
    port = free_port()
    monkeypatch.setenv("PUBSUB_EMULATOR_HOST", f"127.0.0.1:{port}")
    with Server(open_home(tmp_path / "home"), "127.0.0.1", port):
        yield bigquery_settings


def fields(client: Client, table: str) -> list[dict[str, str]]:
    return [{"name": f.name, "type": f.field_type} for f in client.get_table(table).schema]


def field(column: dict[str, str]) -> SchemaField:
    return SchemaField(column["name"], column["type"])


def test_all_that_emulators_have_is_made_and_a_second_time_nothing(emulated, client):
    found = plan(emulated)
    assert found.notes == (
        "left out, as the emulators have none: APIs, the service account, the bucket, grants",
    )
    assert {change.resource.kind for change in found.changes} == KINDS
    assert len(provision(emulated)) == len(found.changes)
    raw = dataset_names(emulated)[0]
    for name, schema in (RAW_TABLES | CATALOG_TABLES).items():
        assert fields(client, f"{raw}.{name}") == columns(schema)
    assert provision(emulated) == []
    assert plan(emulated).due == ()


def test_a_table_that_is_there_is_changed_with_its_rows_kept(emulated, client):
    raw = dataset_names(emulated)[0]
    client.create_dataset(raw)
    older = [field(column) for column in columns(PRODUCT_SCHEMA) if column["name"] != "in_stock"]
    client.create_table(Table(f"{raw}.products", schema=older))
    client.query(f"insert into `{raw}.products` (product_id) values ('kept')").result()
    events = Table(f"{raw}.live_events", schema=[field(c) for c in columns(EVENT_SCHEMA)])
    events.time_partitioning = TimePartitioning(field="event_timestamp")
    events.clustering_fields = ["source"]
    client.create_table(events)
    settings = emulated.model_copy(update={"event_expiration_days": 30})
    changed = [change for change in provision(settings) if change.action == "change"]
    assert [[difference.name for difference in change.differences] for change in changed] == [
        ["expiration_days", "clustering"],
        ["column in_stock"],
    ]
    assert plan(settings).due == ()
    # The emulator adds the column to what it tells of the table, not to the table.
    rows = client.query(f"select product_id from `{raw}.products`").result()
    assert [row["product_id"] for row in rows] == ["kept"]


def test_destroying_leaves_nothing_even_of_full_tables_and_twice_is_no_error(emulated, client):
    provision(emulated)
    raw = dataset_names(emulated)[0]
    client.query(f"insert into `{raw}.products` (product_id) values ('p')").result()
    assert {resource.kind for resource in destroy(emulated)} == KINDS - {"table"}
    left = {f"{client.project}.{dataset.dataset_id}" for dataset in client.list_datasets()}
    assert left.isdisjoint(dataset_names(emulated))
    assert {change.action for change in plan(emulated).changes} == {"create"}
    assert destroy(emulated) == []


def test_with_one_emulator_alone_nothing_reaches_google(bigquery_settings, monkeypatch):
    monkeypatch.delenv("PUBSUB_EMULATOR_HOST", raising=False)
    found = plan(bigquery_settings)
    assert found.notes[0].endswith("grants, topics, subscriptions")
    assert {change.resource.kind for change in found.changes} == {"dataset", "table"}
