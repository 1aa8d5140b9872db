"""The flows on target bigquery, by a Prefect server: one at a time; blocks that hold no key."""

import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from prefect.blocks.core import Block
from prefect.client.orchestration import get_client
from prefect.testing.utilities import prefect_test_harness

from esynapse.errors import EsynapseError
from esynapse.settings import Settings
from esynapse.warehouse import open_warehouse
from flows import slots
from flows.backfill import backfill_flow
from flows.blocks import register_blocks
from flows.catalog import catalog_flow
from flows.provision import provision_flow
from flows.slots import SHOP, WAREHOUSE, holding
from flows.transform import transform_flow

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", autouse=True)
def _prefect() -> Iterator[None]:
    with prefect_test_harness(server_startup_timeout=120):
        yield


@pytest.fixture
def settings(
    bigquery_settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Settings:
    """As a run on Cloud Run has them: in the environment."""
    made = bigquery_settings.model_copy(update={"home": tmp_path / "home", "scale": 0.02})
    for name, value in made.model_dump(exclude_none=True).items():
        monkeypatch.setenv(f"ESYNAPSE_{name.upper()}", str(value))
    return made


def test_the_flows_bring_an_empty_project_to_published_marts(settings: Settings) -> None:
    assert any(done.startswith("create table") for done in provision_flow())
    assert provision_flow() == []
    backfill_flow(days=3)
    assert catalog_flow() > 10
    transform_flow()

    (row,) = (
        open_warehouse(settings).query("select count(*) as days from daily_revenue").to_pylist()
    )
    assert row["days"] == 4


def test_what_is_held_is_not_held_twice_and_other_things_are_free(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slots, "WAIT_SECONDS", 1.0)
    with (
        holding(settings, WAREHOUSE),
        holding(settings, SHOP),
        pytest.raises(EsynapseError, match=r"another run held .*\.warehouse for"),
        holding(settings, WAREHOUSE),
    ):
        pytest.fail("it was held twice")
    with holding(settings, WAREHOUSE):
        pass


def test_whoever_waits_has_it_next(settings: Settings) -> None:
    order: list[str] = []

    def first() -> None:
        with holding(settings, SHOP):
            order.append("first begins")
            time.sleep(2)
            order.append("first ends")

    running = threading.Thread(target=first)
    running.start()
    while not order:
        time.sleep(0.05)
    with holding(settings, SHOP):
        order.append("second")
    running.join()
    assert order == ["first begins", "first ends", "second"]


def test_on_the_local_target_the_home_holds_and_prefect_is_not_asked(settings: Settings) -> None:
    local = settings.model_copy(update={"target": "local"})
    with holding(local, SHOP), holding(local, SHOP), get_client(sync_client=True) as client:
        names = {limit.name for limit in client.read_global_concurrency_limits(limit=50, offset=0)}
    assert f"{settings.project}.{settings.dataset}.{SHOP}" not in names


@pytest.fixture
def signed_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a service account of nobody's; the key is made for the test."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    known = {
        "type": "service_account",
        "client_email": "nobody@nowhere.iam.gserviceaccount.com",
        "token_uri": "http://127.0.0.1:1/token",
        "private_key": key.decode(),
        "project_id": "nowhere",
    }
    path = tmp_path / "key.json"
    path.write_text(json.dumps(known))
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(path))


@pytest.mark.usefixtures("signed_in")
def test_the_blocks_name_the_project_and_hold_no_key(settings: Settings) -> None:
    for _ in range(2):
        names = register_blocks(settings)
    credentials, warehouse = (Block.load(name) for name in names)
    assert credentials.project == settings.project  # type: ignore[attr-defined]
    assert credentials.service_account_info is None  # type: ignore[attr-defined]
    assert warehouse.gcp_credentials.project == settings.project  # type: ignore[attr-defined]


def test_without_a_sign_in_the_blocks_say_how_to(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", "/nowhere/key.json")
    with pytest.raises(EsynapseError, match="gcloud auth application-default login"):
        register_blocks(settings)
