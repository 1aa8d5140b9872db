"""Targets to provision: the local one, and a project that stands for Google's."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from google.api_core.exceptions import NotFound

from esynapse.home import open_home
from esynapse.ingest.pubsub.server import Server
from esynapse.provision.connections import Connections
from esynapse.settings import Settings
from tests.ingest.conftest import free_port
from tests.provision.google_server import Google, serving


@pytest.fixture
def local(tmp_path: Path) -> Iterator[Settings]:
    """Of the local target, whose Pub/Sub server runs."""
    home = open_home(tmp_path / "home")
    settings = Settings(home=home.root, pubsub_port=free_port(), _env_file=None)
    with Server(home, settings.host, settings.pubsub_port):
        yield settings


@pytest.fixture
def google() -> Google:
    return Google()


@pytest.fixture
def cloud(google: Google, local: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """Of a project that ``google`` holds; its topics are in the embedded server."""
    monkeypatch.setenv("PUBSUB_EMULATOR_HOST", local.pubsub_address)
    with serving(google) as address:
        settings = Settings(
            target="bigquery", project="shop-1", bigquery_endpoint=address, _env_file=None
        )
        with Connections(settings) as pubsub:
            google.in_pubsub = lambda name: _is_there(pubsub, name)
            yield settings


@pytest.fixture
def connect(cloud: Settings) -> Callable[..., Connections]:
    """Makes connections to ``google``, which stands for all of Google's REST APIs."""

    def connections(settings: Settings = cloud, settle_seconds: float = 5.0) -> Connections:
        return Connections(
            settings, api_endpoint=cloud.bigquery_endpoint, settle_seconds=settle_seconds
        )

    return connections


def _is_there(pubsub: Connections, name: str) -> bool:
    try:
        if "/topics/" in name:
            pubsub.publisher.get_topic(topic=name)
        else:
            pubsub.subscriber.get_subscription(subscription=name)
    except NotFound:
        return False
    return True
