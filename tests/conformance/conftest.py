"""The suite runs against the embedded server and, where it is installed, Google's emulator."""

import socket
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import pytest
from google.api_core.exceptions import GoogleAPIError

from esynapse.home import Home, open_home
from esynapse.ingest.clients import publisher_client, subscriber_client
from esynapse.settings import Settings
from flows.bench.emulator import MISSING, emulator_command, google_emulator
from tests.conformance.behaviours import SERVICES, behaviour_of
from tests.conformance.service import Service, eventually

START_SECONDS = 60.0


class Endpoint(NamedTuple):
    """A running service."""

    port: int
    home: Home | None
    """Of the embedded server."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "service" not in metafunc.fixturenames:
        return
    found = behaviour_of(metafunc.function)
    assert found, f"{metafunc.function.__name__} does not say what it goes by: use @behaviour"
    marked = [pytest.param(name, marks=_departs(found.departure(name))) for name in SERVICES]
    metafunc.parametrize("endpoint", marked, indirect=True, scope="session")


def _departs(note: str | None) -> list[pytest.MarkDecorator]:
    if note is None:
        return []
    failures = (AssertionError, GoogleAPIError, pytest.fail.Exception)
    return [pytest.mark.xfail(reason=note, strict=True, raises=failures)]


@pytest.fixture(scope="session")
def endpoint(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Endpoint]:
    if request.param == "ours":
        with _embedded_server(open_home(tmp_path_factory.mktemp("home"))) as running:
            yield running
    elif emulator_command() is None:
        pytest.skip(MISSING)
    else:
        with google_emulator() as port:
            yield Endpoint(port, None)


@pytest.fixture
def service(endpoint: Endpoint) -> Iterator[Service]:
    settings = Settings(
        pubsub_port=endpoint.port, project=f"project-{uuid.uuid4().hex[:8]}", _env_file=None
    )
    with publisher_client(settings) as publisher, subscriber_client(settings) as subscriber:
        yield Service(settings.project, publisher, subscriber, endpoint.home)


@pytest.fixture
def topic(service: Service) -> str:
    return service.topic()


@pytest.fixture
def subscription(service: Service, topic: str) -> str:
    return service.subscription(topic)


@contextmanager
def _embedded_server(home: Home) -> Iterator[Endpoint]:
    """As a program of its own, the way it is used alone."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "esynapse.ingest.pubsub", "--log-level", "ERROR"),
            *("--home", str(home.root), "--port", str(port)),
        ]
    )
    try:
        eventually(lambda: process.poll() is not None or _listens(port), seconds=START_SECONDS)
        assert process.poll() is None, "the embedded server does not start"
        yield Endpoint(port, home)
    finally:
        process.terminate()
        process.wait()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
