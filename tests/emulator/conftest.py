"""BigQuery in an emulator, and a shop that is in it as well as in DuckDB."""

from collections.abc import Iterator
from contextlib import closing
from itertools import count

import pytest
from google.cloud import bigquery

from esynapse.settings import Settings
from esynapse.warehouse.bigquery.clients import bigquery_client
from esynapse.warehouse.local import LocalWarehouse
from tests.dbt_project.everything import everything
from tests.emulator.arrivals import at_first
from tests.emulator.parity import Parity, as_table, parity_of
from tests.emulator.process import PYTHON, Emulator
from tests.emulator.twins import Twins

NUMBERS = count(1)


@pytest.fixture(scope="session", autouse=True)
def _environment_is_there() -> None:
    if not PYTHON.exists():
        pytest.skip("the emulator is not installed: `make test-emulator` does that")


@pytest.fixture(scope="session")
def bigquery_emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    emulator = Emulator(tmp_path_factory.mktemp("bigquery")).start()
    yield emulator
    emulator.kill()


@pytest.fixture
def bigquery_settings(bigquery_emulator: Emulator) -> Settings:
    """Of target bigquery, with a dataset that no other test has and that is not made yet."""
    return bigquery_emulator.settings(f"dataset_{next(NUMBERS)}")


@pytest.fixture
def client(bigquery_settings: Settings) -> Iterator[bigquery.Client]:
    with closing(bigquery_client(bigquery_settings)) as client:
        yield client


@pytest.fixture(scope="session")
def twins(tmp_path_factory: pytest.TempPathFactory, bigquery_emulator: Emulator) -> Iterator[Twins]:
    """Twelve weeks of a very small shop, late, double and broken events among them; not built."""
    home = everything(tmp_path_factory.mktemp("twins"), scale=0.0015)
    LocalWarehouse(home).load_events(at_first(), batch_key="at first")
    settings = bigquery_emulator.settings("twins")
    with closing(bigquery_client(settings)) as client:
        yield Twins(home, settings, client)


@pytest.fixture(scope="session")
def parity(twins: Twins) -> Parity:
    """The twins are built from here on."""
    found = parity_of(twins)
    print(f"\n{as_table(found)}")  # noqa: T201 - what `make test-emulator` is for
    return found
