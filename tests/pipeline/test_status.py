"""Status: every figure is that of the home, whatever runs and whatever is there yet."""

import json
import os
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from esynapse.errors import EsynapseError
from esynapse.events import EVENT_SCHEMA
from esynapse.home import Home, open_home
from esynapse.ingest.publisher import Publisher
from esynapse.ingest.pubsub.server import Server
from esynapse.pipeline.status import read_status
from esynapse.pipeline.streamer_state import StreamerState, write_streamer_state
from esynapse.pipeline.transform import transform
from esynapse.provision import provision
from esynapse.settings import Settings
from esynapse.warehouse.arrivals import note_arrivals
from esynapse.warehouse.catalog import transaction
from esynapse.warehouse.compaction import TIERS, compact
from esynapse.warehouse.lake import Lake
from esynapse.warehouse.local import LocalWarehouse
from esynapse.warehouse.raw_tables import DEAD_LETTER_SCHEMA
from flows.cli.status_text import print_status
from tests.end_to_end.conftest import free_port
from tests.ingest.conftest import wait_until

SECTIONS = [
    "freshness",
    "stream",
    "pubsub",
    "latency",
    "arrivals",
    "lake",
    "dead_letters",
    "marts",
]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home", pubsub_port=free_port(), _env_file=None)


@pytest.fixture
def home(settings: Settings) -> Home:
    return open_home(settings.home)


def purchases(*ages: timedelta, price: float = 10.0, event_id: str = "e") -> pa.Table:
    """One purchase for each age."""
    now = datetime.now(UTC)
    rows = [
        {
            "event_id": f"{event_id}{number}",
            "event_timestamp": now - age,
            "event_type": "purchase",
            "user_id": "u",
            "session_id": f"s{number}",
            "product_id": "p",
            "on_sale": False,
            "sale_price": price,
            "quantity": 1,
            "source": "live",
        }
        for number, age in enumerate(ages)
    ]
    return pa.Table.from_pylist(rows, schema=EVENT_SCHEMA)


def land(lake: Lake, events: pa.Table) -> None:
    """Deliver ``events`` as the courier does."""
    staged = lake.stage("live_events", events)
    with closing(lake.connect()) as connection, transaction(connection):
        landed_at = lake.extend(connection, staged, batch_key="pubsub:test")
        note_arrivals(connection, events, landed_at)


def letters(*reasons: str) -> pa.Table:
    rows = [
        {
            "subscription_name": "projects/p/subscriptions/s",
            "message_id": str(number),
            "publish_time": datetime.now(UTC),
            "data": b"{",
            "attributes": json.dumps({"CloudPubSubDeadLetterSourceDeliveryErrorMessage": reason}),
        }
        for number, reason in enumerate(reasons)
    ]
    return pa.Table.from_pylist(rows, schema=DEAD_LETTER_SCHEMA)


def plain(settings: Settings, capsys: pytest.CaptureFixture[str]) -> str:
    print_status({}, read_status(settings))
    return capsys.readouterr().out


def names(facts: Any, path: str = "") -> set[str]:
    """Every name in nested facts whose value is a figure or an instant."""
    if not isinstance(facts, dict):
        return {path}
    return {name for key, value in facts.items() for name in names(value, f"{path}.{key}")}


def test_an_empty_home_has_every_section_and_says_what_to_do(settings, home, capsys):
    found = read_status(settings)
    assert list(found) == SECTIONS
    assert found["lake"]["events"] == found["pubsub"]["published"] == 0
    assert found["dead_letters"] == {"total": 0, "by_reason": {}}
    text = plain(settings, capsys)
    assert "'esynapse up' or 'esynapse stream' starts it" in text
    assert "nothing landed in the last 15 min" in text
    assert "'esynapse up' or 'esynapse transform' builds them" in text


def test_a_folder_that_is_no_home_is_refused_and_left_as_it_is(settings):
    with pytest.raises(EsynapseError, match="is no ESynapse home: run 'esynapse up'"):
        read_status(settings)
    assert not settings.home.exists()


def test_the_bigquery_target_is_told_where_its_figures_are(settings, home):
    cloud = settings.model_copy(update={"target": "bigquery"})
    with pytest.raises(EsynapseError, match="Cloud Monitoring"):
        read_status(cloud)


def test_a_running_stream_is_told_with_rate_and_lag(settings, home, capsys):
    now = datetime.now(UTC)
    write_streamer_state(
        home,
        StreamerState(
            started_at=now - timedelta(minutes=12),
            updated_at=now,
            pid=os.getpid(),
            events=12_345,
            rate=17.25,
            lag_seconds=0.4,
            catching_up=False,
            stream_rate=2.0,
        ),
    )
    found = read_status(settings)["stream"]
    assert found["running"]
    assert (found["events_per_second"], found["lag_seconds"]) == (17.25, 0.4)
    text = plain(settings, capsys)
    assert "in real time" in text
    assert "12 min ago" in text
    assert "17.2 events/s" in text
    assert "0.40 s" in text


def test_a_stream_that_ended_has_no_rate_and_no_lag(settings, home, capsys):
    now = datetime.now(UTC)
    state = StreamerState(
        started_at=now - timedelta(hours=2),
        updated_at=now - timedelta(hours=1),
        pid=os.getpid(),
        events=5,
        rate=99.0,
        lag_seconds=3.0,
        catching_up=True,
        stream_rate=1.0,
    )
    write_streamer_state(home, state)
    found = read_status(settings)["stream"]
    assert not found["running"]
    assert (found["events_per_second"], found["lag_seconds"]) == (0.0, None)
    assert "5 events until" in plain(settings, capsys)


def test_arrivals_and_latency_are_those_of_what_the_stream_brought(settings, home, capsys):
    lake = Lake(home)
    land(lake, purchases(*[timedelta(seconds=1)] * 97, timedelta(hours=2), timedelta(days=3)))
    LocalWarehouse(home).load_events(
        purchases(*[timedelta(days=9)] * 50, event_id="old"), batch_key="backfill"
    )
    found = read_status(settings)
    assert found["arrivals"]["on_time"] == 97
    assert found["arrivals"]["late"] == 2
    assert found["arrivals"]["by_age"]["under_1_day"] == 1
    assert found["latency"]["rows"] == 99
    assert found["latency"]["p50_seconds"] == pytest.approx(1, abs=0.5)
    assert found["latency"]["p99_seconds"] > 3600
    assert found["lake"]["events"] == 149
    text = plain(settings, capsys)
    assert "2, 2.02%" in text
    assert "under 7 days" in text


def test_replaced_files_are_counted_until_they_are_deleted(settings, home):
    lake, event = Lake(home), purchases(timedelta(seconds=1))
    for _ in range(TIERS.fan_in):
        land(lake, event)
    compact(lake)
    found = read_status(settings)["lake"]
    on_disk = sum(path.stat().st_size for path in home.lake.rglob("*.parquet"))
    assert found["retired_files"] == TIERS.fan_in
    assert found["bytes"] + found["retired_bytes"] == on_disk
    assert sum(table["files"] for table in found["tables"].values()) == found["files"]
    assert found["tables"]["live_events"]["rows"] == found["events"] == TIERS.fan_in


def test_dead_letters_are_told_by_reason_with_the_command_to_see_them(settings, home, capsys):
    rows = letters('field rating: "five" is no integer', 'field rating: "x" is no integer', "why")
    Lake(home).append("dead_letter_events", rows, batch_key="a")
    found = read_status(settings)["dead_letters"]
    assert found == {"total": 3, "by_reason": {"field rating: is no integer": 2, "why": 1}}
    text = plain(settings, capsys)
    assert "'esynapse deadletter list' shows them" in text
    assert "field rating: is no integer" in text


def test_the_names_of_the_figures_do_not_depend_on_what_is_there(settings, home):
    before = names(read_status(settings))
    Lake(home).append("live_events", purchases(timedelta(0)), batch_key="a")
    after = names(read_status(settings))
    assert before <= after
    assert all(".tables." in name for name in after - before)


@pytest.mark.slow
def test_marts_are_told_with_duplicates_and_quarantine(settings, home, capsys):
    warehouse = LocalWarehouse(home)
    good = purchases(timedelta(hours=1), timedelta(hours=2))
    warehouse.load_events(good, batch_key="once")
    warehouse.load_events(good, batch_key="twice")
    warehouse.load_events(
        purchases(timedelta(hours=1), price=-1.0, event_id="bad"), batch_key="bad"
    )
    transform(settings)
    found = read_status(settings)["marts"]
    assert (found["duplicates"], found["quarantined"]) == (2, 1)
    assert sum(found["quarantined_by_reason"].values()) == 1
    assert found["last_build"] == "green"
    assert datetime.now(UTC) - found["last_build_at"] < timedelta(minutes=5)
    (reason,) = found["quarantined_by_reason"]
    text = plain(settings, capsys)
    assert reason in text
    assert "last build              green" in text


@pytest.mark.slow
def test_what_was_published_is_delivered_late_or_dead_and_all_of_it_is_told(settings, home):
    with Server(home, settings.host, settings.pubsub_port):
        provision(settings)
        with Publisher(settings) as publisher:
            publisher.publish(purchases(*[timedelta(0)] * 20, timedelta(days=2)))
            publisher.publish_raw([b"not JSON", b"neither"])
        wait_until(lambda: read_status(settings)["dead_letters"]["total"] == 2)
        while_it_runs = read_status(settings)
    found = read_status(settings)
    assert found["pubsub"] == while_it_runs["pubsub"]
    assert found["pubsub"]["published"] == 25  # the two letters were published twice
    assert found["pubsub"]["delivered"] == 23
    assert found["pubsub"]["num_undelivered_messages"] == 0
    assert found["pubsub"]["oldest_unacked_message_age"] == 0
    assert [s["delivered"] for s in found["pubsub"]["subscriptions"]] == [2, 21]
    assert found["arrivals"]["on_time"] + found["arrivals"]["late"] == found["lake"]["events"] == 21
    assert found["latency"]["rows"] == 21


@pytest.mark.slow
@pytest.mark.parametrize("options", [[], ["--json"]])
def test_the_command_tells_the_same_to_a_person_and_to_a_program(settings, home, options):
    Lake(home).append("live_events", purchases(timedelta(0)), batch_key="a")
    done = subprocess.run(
        [sys.executable, "-m", "flows.cli", "status", "--home", str(home.root), *options],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    if options:
        found = json.loads(done.stdout)
        assert list(found) == ["processes", *SECTIONS]
        assert found["lake"]["tables"]["live_events"]["rows"] == 1
    else:
        assert "live_events" in done.stdout
        assert "esynapse up" in done.stdout
