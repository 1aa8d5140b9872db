import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest
from google.pubsub_v1 import PublisherClient

from esynapse.events import EVENT_SCHEMA
from esynapse.home import Home, open_home
from esynapse.ingest.clients import publisher_client, subscriber_client
from esynapse.ingest.pubsub.server import Server
from esynapse.settings import Settings


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return open_home(tmp_path / "home")


@pytest.fixture
def settings(home: Home) -> Settings:
    return Settings(home=home.root, pubsub_port=free_port(), project="test-project", _env_file=None)


@pytest.fixture
def server(home: Home, settings: Settings) -> Iterator[Server]:
    with Server(home, settings.host, settings.pubsub_port) as running:
        yield running


@pytest.fixture
def publisher(server: Server, settings: Settings) -> Iterator[PublisherClient]:
    """The generated client: one call, one request."""
    with PublisherClient(transport=publisher_client(settings).transport) as client:
        yield client


@pytest.fixture
def subscriber(server: Server, settings: Settings) -> Iterator[object]:
    with subscriber_client(settings) as client:
        yield client


@pytest.fixture
def start_process(
    home: Home, settings: Settings
) -> Iterator[Callable[[], "subprocess.Popen[bytes]"]]:
    """Starts the server as a program of its own; may be called again once that is dead."""
    started: list[subprocess.Popen[bytes]] = []

    def start() -> "subprocess.Popen[bytes]":
        arguments = ["--home", str(home.root), "--port", str(settings.pubsub_port)]
        process = subprocess.Popen(
            [sys.executable, "-m", "esynapse.ingest.pubsub", *arguments], stderr=subprocess.PIPE
        )
        started.append(process)
        wait_until(lambda: listens(settings) or process.poll() is not None)
        assert process.poll() is None
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture
def events() -> Callable[[int], pa.Table]:
    return make_events


@pytest.fixture
def eventually() -> Callable[..., None]:
    return wait_until


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def listens(settings: Settings) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((settings.host, settings.pubsub_port)) == 0


def wait_until(condition: Callable[[], object], seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.05)


def make_events(count: int) -> pa.Table:
    """Valid events with ids of their own, over two days."""
    day = datetime(2024, 3, 1, 23, 30, tzinfo=UTC)
    rows = [
        {
            "event_id": uuid.uuid4().hex,
            "event_timestamp": day + timedelta(hours=number % 2, microseconds=number),
            "event_type": "purchase",
            "user_id": "user-1",
            "session_id": "session-1",
            "product_id": f"product-{number % 7}",
            "on_sale": number % 2 == 0,
            "sale_price": 12.5 + number,
            "quantity": 1 + number % 3,
            "rating": None,
            "source": "live",
        }
        for number in range(count)
    ]
    return pa.Table.from_pylist(rows, schema=EVENT_SCHEMA)
