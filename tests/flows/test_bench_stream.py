"""`esynapse bench stream` measures what it says it measures, and its counts add up."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import grpc
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from esynapse.errors import EsynapseError
from esynapse.events import EVENT_SCHEMA
from esynapse.home import open_home
from esynapse.settings import Settings, load_settings
from esynapse.warehouse import catalog
from esynapse.warehouse.catalog import now_us
from esynapse.warehouse.compaction import Tiers, compact
from esynapse.warehouse.lake import Lake
from flows.bench.emulator import MISSING, emulator_command
from flows.bench.stream import bench_stream, measure
from flows.bench.stream_figures import Load, Received, Sent, Trial, cost_table, speed_table
from flows.bench.stream_lake import LakeReceiver
from flows.bench.stream_load import CHUNK, Events, at_rate, full_speed
from flows.bench.stream_process import Worker
from flows.bench.stream_services import (
    GOOGLE,
    WAYS,
    Service,
    embedded_server,
    google,
    limit,
    receiver,
)
from flows.bench.stream_soak import soak
from flows.cli import main
from tests.ingest.conftest import make_events
from tests.laws import at_most

SHOP = {"scale": 0.05}


@pytest.fixture(scope="module")
def settings() -> Settings:
    return load_settings(**SHOP)


@pytest.fixture
def no_gcloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("PATH", "")
    emulator_command.cache_clear()
    yield
    emulator_command.cache_clear()


def trial(what: str, rate: int | None, *, events: int = 1_000, arrived: int = 1_000) -> Trial:
    """In 2 s, its publisher busy for 1 s."""
    sent = Sent(events, began=0, ended=1_500_000, cpu_seconds=0.75)
    received = Received(arrived, 0, ended=2_000_000, p50=0.1, p99=0.25)
    return Trial(what, Load(rate, 1.5), sent, received, 2.0, 300.0)


# The load


def test_the_load_is_events_of_the_contract_with_ids_and_moments_of_their_own(
    settings: Settings,
) -> None:
    events = Events(settings)
    moments = np.arange(CHUNK) + now_us()
    chunks = [events.chunk(first, moments) for first in range(0, 30 * CHUNK, CHUNK)]
    table = pa.concat_tables(chunks)
    assert table.schema.equals(EVENT_SCHEMA)
    assert len(set(table["event_id"].to_pylist())) == 30 * CHUNK, "also when the shop's run out"
    assert chunks[7]["event_timestamp"].cast(pa.int64()).to_pylist() == moments.tolist()
    assert set(table["source"].to_pylist()) == {"live"}
    assert {"view_item", "purchase"} <= set(table["event_type"].to_pylist())


@at_most(20)  # each takes its time
@given(rate=st.integers(1, 20_000))
def test_a_load_at_a_rate_is_evenly_spaced_and_hands_nothing_over_early(rate: int) -> None:
    moments = []
    for chunk in at_rate(rate, 0.05):
        assert 0 < len(chunk) <= CHUNK
        assert chunk[-1] <= now_us()
        moments += chunk.tolist()
    assert len(moments) == round(rate * 0.05)
    gaps = np.diff(moments)
    assert not len(gaps) or (np.abs(gaps - 1e6 / rate) <= 1).all()


def test_a_load_at_full_speed_is_stamped_as_it_is_handed_over() -> None:
    chunks = list(full_speed(0.02))
    assert chunks
    assert all(len(chunk) == CHUNK and len(set(chunk.tolist())) == 1 for chunk in chunks)
    assert all(a[0] <= b[0] for a, b in pairwise(chunks))


# What arrives


def test_ages_and_repeats_follow_from_the_arrivals() -> None:
    happened = np.arange(100) * 1_000
    arrived = happened + 500_000
    arrived[-1] += 1_000_000
    found = Received.of(99, arrived, happened)
    assert (found.events, found.repeats, found.ended) == (99, 1, arrived[-1])
    assert found.p50 == pytest.approx(0.5)
    assert 0.5 < found.p99 < 1.5
    assert Received.of(0, np.array([]), np.array([])).p99 is None


def test_the_lake_tells_what_landed_since_then_and_how_old_it_was(tmp_path: Path) -> None:
    lake = Lake(open_home(tmp_path / "home"))
    lake.append("live_events", make_events(70), batch_key="before")
    with LakeReceiver(lake.home) as receiver:
        age = timedelta(seconds=100)
        for number in range(4):
            at = pa.array([datetime.now(UTC) - age] * 25, EVENT_SCHEMA.field(1).type)
            rows = make_events(25).set_column(1, "event_timestamp", at)
            lake.append("live_events", rows, batch_key=f"delivery {number}")
        assert compact(lake, Tiers(fan_in=2)), "what is compacted meanwhile counts as it landed"
        found = receiver.wait(Sent(100, 0, 0, 0.0), seconds=20)
    assert (found.events, found.repeats) == (100, 0)
    assert 100 <= found.p50 <= found.p99 < 120
    with closing(lake.connect()) as connection:
        (landed_at,) = connection.execute("select max(landed_at) from batches").fetchone()
    assert landed_at <= found.ended <= catalog.now_us()


def test_what_never_lands_is_missing_from_the_count(tmp_path: Path) -> None:
    with LakeReceiver(open_home(tmp_path / "home")) as receiver:
        found = receiver.wait(Sent(10, began=0, ended=5, cpu_seconds=0.0), seconds=0.1)
    assert (found.events, found.p50) == (0, None)


# The tables


def test_ratios_stand_at_full_speed_alone() -> None:
    trials = [trial("ours", 500), trial("ours", None)]
    full = trials[1].load
    rows = speed_table(trials, google={full: 250.0}, limit={full: 1_000.0}).to_pylist()
    assert [row["load"] for row in rows] == ["500/s", "full speed"]
    assert [row["events/s"] for row in rows] == ["500", "500"]
    assert [row["of Google's"] for row in rows] == [None, "2.00"]
    assert [row["of the limit"] for row in rows] == [None, "0.50"]
    other = Load(None, 1.5, publishers=2)
    assert speed_table(trials, {other: 250.0}, {})["of Google's"].to_pylist() == [None, None]


def test_what_several_publishers_sent_is_one_load() -> None:
    sent = Sent.together([Sent(10, 1_000_000, 3_000_000, 1.0), Sent(5, 2_000_000, 5_000_000, 1.5)])
    assert sent == Sent(15, 1_000_000, 5_000_000, 2.5)
    assert str(Load(None, 1.0, publishers=2)) == "full speed, 2 publishers"


def test_costs_are_for_100_000_events() -> None:
    (row,) = cost_table([trial("ours", None)]).to_pylist()
    assert row["server CPU s"] == "200.00"
    assert row["publisher CPU s"] == "75.00"
    assert row["publisher, of a core"] == "50%"
    assert row["subscriber CPU s"] is None


# The services


def test_a_process_of_the_bench_that_fails_is_named_with_its_last_words() -> None:
    with (
        Worker("flows.bench.stream_sink", pubsub_port=0) as worker,
        pytest.raises(EsynapseError, match=r"stream_sink failed: .*pubsub_port"),
    ):
        worker.hear()


@pytest.mark.slow
@pytest.mark.parametrize("way", list(WAYS))
def test_a_subscriber_of_the_bench_has_every_message_once(
    way: str, settings: Settings, tmp_path: Path
) -> None:
    """Our own server is what it pulls from, since Google's emulator may not be here."""
    home = open_home(tmp_path / "home")
    with embedded_server(settings, home) as (reached, pid):
        service = Service("pulled", reached, pid, lambda: receiver(reached, way))
        found = measure(service, Load(400, 1.0, publishers=2))
    assert found.sent.events == found.received.events == 400
    assert found.received.repeats == 0
    assert 0 < found.received.p50 <= found.received.p99
    assert found.received.cpu_seconds > 0


@pytest.mark.slow
def test_the_limit_accepts_everything_and_has_nothing_else(settings: Settings) -> None:
    with limit(settings) as service:
        found = measure(service, Load(400, 1.0))
        with grpc.insecure_channel(service.settings.pubsub_address) as channel:
            call = channel.unary_unary("/google.pubsub.v1.Publisher/CreateTopic")
            with pytest.raises(grpc.RpcError, match="UNIMPLEMENTED"):
                call(b"")
    assert found.sent.events == found.received.events == 400
    assert found.received.p50 is None


@pytest.mark.slow
@pytest.mark.skipif(emulator_command() is None, reason=MISSING)
@pytest.mark.parametrize("way", list(WAYS))
def test_googles_emulator_takes_the_same_load(way: str, settings: Settings) -> None:
    with google(settings, way) as service:
        assert service.what.startswith(GOOGLE)
        found = measure(service, Load(400, 1.0))
    assert found.sent.events == found.received.events == 400
    assert found.server_peak_mb > 0


# All of it


@pytest.mark.slow
@pytest.mark.usefixtures("no_gcloud")
def test_the_tables_have_ours_the_limit_and_what_is_not_installed(settings: Settings) -> None:
    speed, cost, notes = bench_stream(settings, rates=(100,), seconds=1.0, sustained=1.0)
    assert speed["what"].to_pylist() == [
        *["ours, into the lake"] * 3,
        *["the limit: accepted, forgotten"] * 2,
        "ours, 'esynapse stream' catching up",
        MISSING,
    ]
    full = ["full speed", "full speed, 2 publishers"]
    loads = ["100/s", *full, *full, "full speed"]
    assert speed["load"].to_pylist() == [*loads, None]
    assert cost["load"].to_pylist() == loads
    assert speed["events"].to_pylist()[0] == "100"
    assert speed["of the limit"].to_pylist()[3:5] == ["1.00", "1.00"]
    assert not any("arrived within" in note or "more than once" in note for note in notes)


@pytest.mark.slow
def test_the_long_form_says_whether_memory_is_flat_and_that_nothing_is_lost(
    settings: Settings,
) -> None:
    rows, notes = soak(settings, rate=200, minutes=0.05)
    assert rows.column_names == [
        *("minute", "server MB", "files listed", "files on disk", "lake.db MB")
    ]
    assert rows.num_rows >= 5
    assert any("600 landed: 600 rows, 600 different ids" in note for note in notes)
    assert any("in the first" in note and "times" in note for note in notes)


@pytest.mark.parametrize("arguments", [["--rate", "0"], ["--minutes", "0"], ["--seconds", "x"]])
def test_a_senseless_load_is_refused(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["bench", "stream", *arguments])
    assert stopped.value.code == 2
    assert arguments[0] in capsys.readouterr().err
