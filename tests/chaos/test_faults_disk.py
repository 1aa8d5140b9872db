"""A full disk and one that cannot be written: one clear line, nothing half done, on it goes."""

import signal
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from google.api_core import exceptions
from google.pubsub_v1 import PublisherClient

from esynapse.events import encode_events
from esynapse.home import Home, open_home
from esynapse.ingest.clients import publisher_client
from esynapse.ingest.publisher import Publisher
from esynapse.ingest.pubsub import backlog
from esynapse.ingest.pubsub.server import Server
from esynapse.pipeline.backfill import backfill
from esynapse.pipeline.transform import transform
from esynapse.provision import provision
from esynapse.settings import Settings, load_settings
from esynapse.warehouse.lake import Lake
from tests.chaos.conftest import Disk, Running, assert_one_line, esynapse, landed_ids
from tests.end_to_end.conftest import free_port
from tests.ingest.conftest import make_events, wait_until

pytestmark = pytest.mark.slow

SHOP = {"days": 2, "scale": 0.3}
SPARES = [0, 200 * 1024]
"""Bytes left free: too few to begin with, and too few to come to an end."""


def settings_on(disk: Disk) -> Settings:
    return load_settings(home=disk.home, pubsub_port=free_port(), **SHOP)


def test_a_server_whose_disk_is_full_refuses_what_it_cannot_keep_and_loses_nothing(
    disk: Disk, start_server: Callable[[Settings], Running]
) -> None:
    settings = settings_on(disk)
    home = open_home(settings.home)
    running = start_server(settings)
    provision(settings)
    with PublisherClient(transport=publisher_client(settings).transport) as client:
        accepted, before = publish_until_refused(client, settings, limit=3)
        assert before is None
        ballast = disk.fill()
        more, refusal = publish_until_refused(client, settings, limit=2000)
    assert isinstance(refusal, exceptions.ServiceUnavailable)
    assert "full" in str(refusal)
    with Publisher(settings) as patient:
        late = make_events(2500)
        patient.publish(late)
        ballast.unlink()
        patient.flush()
    wait_until(lambda: backlog(home).undelivered == 0, seconds=90)
    assert landed_ids(home) == sorted([*accepted, *more, *late["event_id"].to_pylist()])
    running.process.send_signal(signal.SIGTERM)
    assert running.process.wait(30) == 0
    assert "Traceback" not in running.log
    assert "database or disk is full" in running.log


def publish_until_refused(
    client: PublisherClient, settings: Settings, *, limit: int
) -> tuple[list[str], Exception | None]:
    """Ids of the events accepted, and the refusal; None after ``limit`` publishes."""
    topic = client.topic_path(settings.project, settings.topic)
    accepted: list[str] = []
    for _ in range(limit):
        events = make_events(200)
        messages = [{"data": data} for data in encode_events(events)]
        try:
            client.publish(topic=topic, messages=messages, retry=None, timeout=20)
        except exceptions.GoogleAPICallError as refusal:
            return accepted, refusal
        accepted += events["event_id"].to_pylist()
    return accepted, None


def start_of_yesterday() -> datetime:
    """A whole day is to come then, which is too much for the spares at any hour of today."""
    midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight - timedelta(days=1)


@pytest.fixture
def history(disk: Disk) -> Home:
    """A home on the disk, that knows of the shop up to the start of yesterday."""
    backfill(settings_on(disk), now=start_of_yesterday())
    return open_home(disk.home)


def test_a_backfill_onto_a_full_disk_says_so_and_goes_on_when_there_is_room(
    disk: Disk, history: Home, tmp_path: Path
) -> None:
    then, now = start_of_yesterday(), datetime.now(UTC)
    before = landed_ids(history)
    for spare in SPARES:
        ballast = disk.fill(spare)
        assert_one_line(run("backfill", history), "disk is full")
        assert not list(history.root.rglob("*.tmp"))
        ballast.unlink()
        assert landed_ids(history) == before
    assert run("backfill", history).returncode == 0
    clean = load_settings(home=tmp_path / "clean", **SHOP)
    for instant in (then, now):
        backfill(clean, now=instant)
    assert ids_before(history, now) == ids_before(open_home(clean.home), now)


def ids_before(home: Home, instant: datetime) -> list[str]:
    sql = "select event_id from live_events where event_timestamp < $instant order by 1"
    return Lake(home).query(sql, {"instant": instant})["event_id"].to_pylist()


def test_a_transform_on_a_full_disk_leaves_the_last_marts_and_goes_on_when_there_is_room(
    disk: Disk, history: Home
) -> None:
    settings = settings_on(disk)
    transform(settings)
    marts = history.marts.read_bytes()
    backfill(settings)
    for spare in SPARES:
        ballast = disk.fill(spare)
        failed = run("transform", history)
        assert_one_line(failed)
        assert "disk is full" in failed.stderr or "No space left" in failed.stderr
        assert history.marts.read_bytes() == marts
        assert not list(history.root.rglob("*.tmp"))
        ballast.unlink()
    assert run("transform", history).returncode == 0
    staged = esynapse("query", "select sum(rows_staged) from pipeline_health", *at(history))
    assert int(staged.stdout) == len(set(landed_ids(history)))


def test_a_streamer_on_a_full_disk_stops_with_one_line_and_goes_on_when_there_is_room(
    disk: Disk, history: Home, home: Home, settings: Settings
) -> None:
    port = str(settings.pubsub_port)
    before = (history.shop / "position.json").read_text()
    with Server(home, settings.host, settings.pubsub_port):  # its own disk has room
        ballast = disk.fill()
        assert_one_line(run("stream", history, "--minutes", "0.05", port=port), "disk is full")
        assert (history.shop / "position.json").read_text() == before
        ballast.unlink()
        assert run("stream", history, "--minutes", "0.05", port=port).returncode == 0
    assert (history.shop / "position.json").read_text() != before


@pytest.mark.parametrize("command", ["backfill", "stream", "transform", "retrain", "publish"])
def test_a_command_on_a_home_that_cannot_be_written_says_so(
    disk: Disk, history: Home, settings: Settings, server: Server, command: str
) -> None:
    disk.remount("ro")
    assert_one_line(run(command, history, port=str(settings.pubsub_port)), str(history.root))


def test_a_server_on_a_home_that_cannot_be_written_says_so(disk: Disk, history: Home) -> None:
    disk.remount("ro")
    assert_one_line(run("pubsub", history), str(history.root), "cannot write")


def run(command: str, home: Home, *more: str, port: str = "1"):
    environment = {f"ESYNAPSE_{name.upper()}": str(value) for name, value in SHOP.items()}
    return esynapse(command, *more, *at(home), ESYNAPSE_PUBSUB_PORT=port, **environment)


def at(home: Home) -> tuple[str, str]:
    return "--home", str(home.root)
