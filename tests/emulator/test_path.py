"""The whole path on target bigquery by the command line, from nothing and back to nothing.

Pub/Sub is the embedded server. Into BigQuery nobody delivers there but Google, so the rows that the
server has delivered into its own lake are carried over by the test.
"""

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from esynapse.events import EVENT_SCHEMA
from esynapse.home import open_home
from esynapse.warehouse import open_warehouse
from esynapse.warehouse.lake import Lake
from tests import cloud_path
from tests.chaos.monkey import wait_for
from tests.dashboard.conftest import PAGES
from tests.emulator.process import Emulator
from tests.end_to_end.conftest import Pipeline, make_pipeline

SHOP = {"days": 5, "scale": 0.2, "seed": 7}

pytestmark = pytest.mark.slow


class Cloud:
    """A pipeline whose target is BigQuery, and the Pub/Sub server beside it."""

    def __init__(self, folder: Path, emulator: Emulator) -> None:
        self.settings = emulator.settings("path").model_copy(
            update={"home": folder / "home", **SHOP}
        )
        chosen = self.settings.model_dump(
            include={"target", "project", "dataset", "location", "bigquery_endpoint", *SHOP}
        )
        made = make_pipeline(folder, **chosen)
        address = f"127.0.0.1:{made.environment['ESYNAPSE_PUBSUB_PORT']}"
        self.pipeline = replace(
            made, environment={**made.environment, "PUBSUB_EMULATOR_HOST": address}
        )
        self.server = folder / "server"
        self._carried: set[str] = set()

    def serve(self) -> None:
        port = self.pipeline.environment["ESYNAPSE_PUBSUB_PORT"]
        self.pipeline.start(
            *(sys.executable, "-m", "esynapse.ingest.pubsub", "--home", str(self.server)),
            *("--host", "127.0.0.1", "--port", port),
        )
        wait_for(self.is_served, "the Pub/Sub server")

    def is_served(self) -> bool:
        from flows.supervisor import is_listening

        return is_listening("127.0.0.1", int(self.pipeline.environment["ESYNAPSE_PUBSUB_PORT"]))

    def carry(self) -> int:
        """Load what the server has delivered since the last time; the rows."""
        lake, warehouse, rows = Lake(open_home(self.server)), open_warehouse(self.settings), 0
        for file in lake.files("live_events"):
            if file.path not in self._carried:
                events = pq.read_table(lake.home.lake / file.path, schema=EVENT_SCHEMA)
                rows += warehouse.load_events(events, batch_key=file.path)
                self._carried.add(file.path)
        return rows


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory, bigquery_emulator: Emulator) -> Iterator[Cloud]:
    made = Cloud(tmp_path_factory.mktemp("cloud"), bigquery_emulator)
    made.serve()
    yield made
    made.pipeline.stop()


@pytest.fixture(scope="module")
def built(cloud: Cloud) -> Cloud:
    """Provisioned, with a history that is built and published."""
    cloud_path.provision(cloud.pipeline)
    cloud_path.make_history(cloud.pipeline)
    return cloud


def test_the_stream_goes_on_from_history_and_an_hour_later_it_is_in_the_marts(
    built: Cloud,
) -> None:
    built.pipeline.run("stream", "--minutes", "0.2", "--rate", "50")
    wait_for(built.carry, "what the stream published")
    cloud_path.transform(built.pipeline)
    (row,) = built.pipeline.query(
        "select sum(rows_live) as live, sum(duplicates) as twice from pipeline_health"
    )
    assert int(row["live"]) > 0
    assert int(row["twice"]) == 0


def test_history_is_loaded_once_and_read_back_by_anyone(built: Cloud) -> None:
    built.pipeline.run("backfill")
    found = cloud_path.events(built.settings)
    assert found["n"] == found["ids"] > 1000
    days = built.pipeline.query("select count(*) as n from daily_revenue")
    assert days == [{"n": SHOP["days"] + 1}]


def test_the_shop_of_a_home_that_is_lost_is_not_begun_again(built: Cloud, tmp_path: Path) -> None:
    elsewhere = {**built.pipeline.environment, "ESYNAPSE_HOME": str(tmp_path / "other")}
    other = Pipeline(tmp_path / "other", elsewhere)
    with pytest.raises(AssertionError, match=r"holds events that .* knows nothing of"):
        other.run("backfill")


@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens_over_bigquery(
    built: Cloud, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    cloud_path.open_page(built.pipeline, page, monkeypatch)


def test_nothing_of_the_local_lake_is_made(built: Cloud) -> None:
    home = open_home(built.settings.home)
    assert not home.catalog.exists()
    assert not home.warehouse.exists()


def test_destroy_leaves_nothing(built: Cloud) -> None:
    cloud_path.destroy(built.pipeline)
