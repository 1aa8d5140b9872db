"""The services that `esynapse bench stream` compares, each running while its context is open."""

import sys
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import psutil

from esynapse.home import Home, open_home
from esynapse.ingest.clients import explained, publisher_client, subscriber_client
from esynapse.provision import provision
from esynapse.settings import Settings
from flows.bench.emulator import google_emulator
from flows.bench.ports import free_port
from flows.bench.stream_figures import Received, Sent
from flows.bench.stream_lake import LakeReceiver
from flows.bench.stream_process import Worker
from flows.supervisor import Supervisor, is_listening

GOOGLE = "Google's emulator"
LIMIT = "the limit: accepted, forgotten"
WAYS = {
    "stream": "streaming pull",
    "pull": "unary pull",
    "lake": "unary pull into the lake",
}
"""How a subscriber of Google's emulator pulls, and what it does with what it has."""

START_SECONDS = 30.0
DRAIN_SECONDS = 120.0
"""How long to wait for what was published to arrive."""


class Receiver(Protocol):
    """The end of the line."""

    def wait(self, sent: Sent, seconds: float) -> Received:
        """What has arrived once all of ``sent`` has, or after ``seconds``."""


@dataclass(frozen=True)
class Service:
    """Something that takes what is published."""

    what: str
    settings: Settings
    """Where it is reached."""
    pid: int
    receiver: Callable[[], AbstractContextManager[Receiver]]


@contextmanager
def ours(settings: Settings) -> Iterator[Service]:
    """The embedded server of a new home; events arrive when a reader sees them in the lake."""
    with tempfile.TemporaryDirectory(prefix="esynapse-bench-") as folder:
        home = open_home(Path(folder) / "home")
        with embedded_server(settings, home) as (reached, pid):
            yield Service("ours, into the lake", reached, pid, lambda: LakeReceiver(home))


@contextmanager
def embedded_server(settings: Settings, home: Home) -> Iterator[tuple[Settings, int]]:
    """The embedded server of ``home`` with its topics: where it is reached, and its process."""
    reached = _at(settings, free_port(settings.host), home)
    supervisor = Supervisor(home, {}, Path.cwd())
    command = [sys.executable, "-m", "esynapse.ingest.pubsub", "--home", str(home.root)]
    where = ["--host", reached.host, "--port", str(reached.pubsub_port)]
    try:
        child = supervisor.start("pubsub", [*command, *where])
        supervisor.wait_for(
            child, lambda: is_listening(reached.host, reached.pubsub_port), START_SECONDS
        )
        provision(reached)
        yield reached, child.process.pid
    finally:
        supervisor.stop()


@contextmanager
def google(settings: Settings, way: str) -> Iterator[Service]:
    """Google's emulator; events arrive at a subscriber of ours.

    Args:
        way: how that pulls, one of WAYS; see ``stream_pull``.

    Raises:
        EsynapseError: the emulator is not installed.
    """
    before = set(psutil.Process().children())
    with google_emulator() as port:
        (started,) = set(psutil.Process().children()) - before
        reached = _at(settings.model_copy(update={"host": "127.0.0.1"}), port)
        with explained(reached), publisher_client(reached) as client:
            client.create_topic(name=client.topic_path(reached.project, reached.topic))
        yield Service(
            f"{GOOGLE}, {WAYS[way]}", reached, started.pid, lambda: receiver(reached, way)
        )


@contextmanager
def limit(settings: Settings) -> Iterator[Service]:
    """A server that forgets what it accepts: what the publisher's client library can do."""
    reached = _at(settings, free_port(settings.host))
    with Worker("flows.bench.stream_sink", **address(reached)) as sink:
        sink.hear()
        yield Service(LIMIT, reached, sink.pid, _nothing_arrives)


def address(settings: Settings) -> dict[str, object]:
    """What a process of the bench needs to know to reach a service."""
    return settings.model_dump(include={"host", "pubsub_port", "project", "topic"})


def receiver(settings: Settings, way: str) -> AbstractContextManager[Receiver]:
    """A subscriber that pulls in this way (see WAYS)."""
    return _into_lake(settings) if way == "lake" else _pulling(settings, way)


@contextmanager
def _into_lake(settings: Settings) -> Iterator[Receiver]:
    """A subscriber that pulls into the lake of a new home."""
    with tempfile.TemporaryDirectory(prefix="esynapse-bench-") as folder:
        home = open_home(Path(folder) / "home")
        with _pulling(settings, "lake", home=home) as subscriber, LakeReceiver(home) as lake:
            yield _IntoLake(subscriber, lake)


@contextmanager
def _pulling(settings: Settings, way: str, *, home: Home | None = None) -> Iterator[Receiver]:
    """A subscriber with a subscription of its own, which sees only what is published from now."""
    with explained(settings), subscriber_client(settings) as client:
        name = client.subscription_path(settings.project, f"bench-{uuid.uuid4().hex}")
        topic = f"projects/{settings.project}/topics/{settings.topic}"
        client.create_subscription(name=name, topic=topic)
        options = {"subscription": name, "way": way, "home": str(home.root) if home else None}
        with Worker("flows.bench.stream_pull", **address(settings), **options) as worker:
            worker.hear()
            yield _Subscriber(worker)
        client.delete_subscription(subscription=name)


@dataclass(frozen=True)
class _Subscriber:
    worker: Worker

    def wait(self, sent: Sent, seconds: float) -> Received:
        self.worker.tell([sent.events, seconds])
        return Received(**self.worker.hear())


@dataclass(frozen=True)
class _IntoLake:
    subscriber: Receiver
    lake: LakeReceiver

    def wait(self, sent: Sent, seconds: float) -> Received:
        landed = self.lake.wait(sent, seconds)
        return replace(landed, cpu_seconds=self.subscriber.wait(sent, seconds=0.0).cpu_seconds)


class _Nothing:
    """What is accepted counts as arrived."""

    def wait(self, sent: Sent, seconds: float) -> Received:  # noqa: ARG002
        return Received(sent.events, 0, sent.ended, None, None)


def _nothing_arrives() -> AbstractContextManager[Receiver]:
    return nullcontext(_Nothing())


def _at(settings: Settings, port: int, home: Home | None = None) -> Settings:
    where: dict[str, object] = {"target": "local", "pubsub_port": port}
    return settings.model_copy(update=where | ({"home": home.root} if home else {}))
