"""Clients of the target, and what they say when they cannot work."""

import pytest

from esynapse.errors import EsynapseError
from esynapse.ingest.clients import publisher_client, subscriber_client
from esynapse.settings import Settings


def test_the_local_clients_ignore_an_emulator_of_somebody_else(settings, monkeypatch):
    monkeypatch.setenv("PUBSUB_EMULATOR_HOST", "192.0.2.1:1")
    with publisher_client(settings) as publisher, subscriber_client(settings) as subscriber:
        for client in (publisher, subscriber):
            channel = client.transport.grpc_channel
            assert settings.pubsub_address in channel._channel.target().decode()


def test_missing_google_credentials_are_one_clear_line(monkeypatch, tmp_path):
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "none.json"))
    with pytest.raises(EsynapseError, match="gcloud auth application-default login") as raised:
        publisher_client(Settings(target="bigquery", _env_file=None))
    assert "\n" not in str(raised.value)
