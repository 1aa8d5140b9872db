"""The live stream through the real server: when events come, what it waits for, how it ends."""

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from esynapse.errors import EsynapseError
from esynapse.home import open_home
from esynapse.ingest.clients import publisher_client
from esynapse.ingest.publisher import Publisher
from esynapse.ingest.pubsub.server import Server
from esynapse.pipeline.live import WINDOW, LiveRun
from esynapse.pipeline.stream import stream
from esynapse.pipeline.streamer_state import streamer_state
from esynapse.provision import provision
from esynapse.settings import Settings
from esynapse.warehouse.lake import Lake
from tests.ingest.conftest import listens, wait_until
from tests.pipeline.shops import EVENING, after, floor_of, handed_over, small_shop

pytestmark = pytest.mark.slow


@pytest.fixture
def shop(tmp_path: Path) -> Settings:
    return small_shop(tmp_path / "home")


@contextmanager
def serving(shop: Settings) -> Iterator[None]:
    with Server(open_home(shop.home), shop.host, shop.pubsub_port):
        provision(shop)
        yield


@contextmanager
def live_run(shop: Settings, **options: float) -> Iterator[LiveRun]:
    with floor_of(shop) as floor, Publisher(shop, **options) as publisher:
        yield LiveRun(floor, publisher)


def publish_until(run: LiveRun, now: datetime) -> None:
    while not run.publish_due(now):
        pass
    run.publisher.flush()
    run.move_position()


def landed(shop: Settings) -> list[str]:
    found = Lake(open_home(shop.home)).query(
        "select event_id from live_events where event_timestamp >= $since", {"since": EVENING}
    )
    return found["event_id"].to_pylist()


class Background:
    """A piece of work in a thread of its own."""

    def __init__(self, work: Callable[[], object]) -> None:
        self.error: Exception | None = None
        self.work = work
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self) -> None:
        try:
            self.work()
        except Exception as error:  # noqa: BLE001 - the test looks at it
            self.error = error

    def end(self, seconds: float) -> None:
        self.thread.join(seconds)
        assert not self.thread.is_alive(), f"it goes on after {seconds} s"


@pytest.fixture
def far_behind(shop: Settings) -> Settings:
    """A shop with years to catch up on at two hundred times its traffic: never done in a test."""
    return shop.model_copy(update={"stream_rate": 200.0})


@contextmanager
def server_process(shop: Settings) -> Iterator["subprocess.Popen[bytes]"]:
    command = [sys.executable, "-m", "esynapse.ingest.pubsub", "--home", str(shop.home)]
    process = subprocess.Popen([*command, "--port", str(shop.pubsub_port)], stderr=subprocess.PIPE)
    try:
        wait_until(lambda: listens(shop))
        yield process
    finally:
        process.kill()
        process.communicate()


def test_what_is_due_is_published_once_and_nothing_before_its_time(shop: Settings) -> None:
    expected = [len(handed_over(shop, after(hours=hours))) for hours in (1, 30)]
    with serving(shop), live_run(shop) as run:
        publish_until(run, after(hours=1))
        assert run.publisher.published == expected[0] > 0
        publish_until(run, after(hours=1))
        assert run.publisher.published == expected[0]
        publish_until(run, after(hours=30))
        assert run.publisher.published == expected[1]
        assert run.floor.position.day == after(hours=30).date()
        wait_until(lambda: len(landed(shop)) == expected[1])
    assert len(set(landed(shop))) == expected[1]


def test_a_clock_that_jumps_back_an_hour_neither_skips_nor_doubles(shop: Settings) -> None:
    expected = len(handed_over(shop, after(hours=3)))
    with serving(shop), live_run(shop) as run:
        for hours in (1.5, 0.5, 1.4, 2.5, -1, 1.5, 3):
            publish_until(run, after(hours=hours))
            assert run.lag_seconds(after(hours=hours)) == 0
        assert run.publisher.published == expected
        wait_until(lambda: len(landed(shop)) == expected)
    assert len(set(landed(shop))) == expected


def test_the_lag_is_the_age_of_the_oldest_event_that_is_not_accepted(shop: Settings) -> None:
    with serving(shop), live_run(shop) as run:
        publish_until(run, after(hours=1))
        begin = run.floor.position.index - run.batch.first
        oldest = run.batch.arrives_at(begin)
        now = after(hours=2)
        assert run.lag_seconds(now) == (now - oldest).total_seconds()
        publish_until(run, now)
        assert run.lag_seconds(now) == 0
        midnight = EVENING.replace(hour=0) + timedelta(days=1)
        publish_until(run, midnight - timedelta(microseconds=1))
        assert run.lag_seconds(midnight + timedelta(hours=3)) > 0, "a day that is not begun counts"


def test_nothing_is_behind_the_position_that_was_not_accepted(shop: Settings) -> None:
    messages = handed_over(shop, after(hours=5))
    expected = {json.loads(message)["event_id"] for message in messages}
    before = (open_home(shop.home).shop / "position.json").read_text()
    with serving(shop):
        pass  # the topics are there from now on, and nobody serves them
    with (
        pytest.raises(EsynapseError, match=r"not accepted: .* does not answer") as told,
        live_run(shop, deadline=1) as run,
    ):
        publish_until(run, after(hours=5))
    assert "\n" not in str(told.value)
    assert (open_home(shop.home).shop / "position.json").read_text() == before
    with serving(shop), live_run(shop) as run:
        publish_until(run, after(hours=5))
        wait_until(lambda: set(landed(shop)) == expected)


def test_while_the_server_does_not_answer_the_stream_waits_and_then_goes_on(
    far_behind: Settings,
) -> None:
    stop = threading.Event()
    with server_process(far_behind) as server, floor_of(far_behind) as floor:
        provision(far_behind)
        with Publisher(far_behind, stop=stop) as publisher:
            run = LiveRun(floor, publisher, far_behind.stream_rate)
            on_the_way: list[int] = []

            def publish() -> None:
                while not stop.is_set():
                    run.publish_due(after(days=99))
                    on_the_way.append(publisher.on_the_way)

            server.send_signal(signal.SIGSTOP)
            work = Background(publish)
            wait_until(lambda: len(on_the_way) > 10 and len(set(on_the_way[-10:])) == 1)
            assert WINDOW / 2 < on_the_way[-1] <= WINDOW
            assert publisher.published == 0
            assert floor.position.day == EVENING.date()
            server.send_signal(signal.SIGCONT)
            wait_until(lambda: publisher.published > 2 * WINDOW, 60)
            stop.set()
            work.end(10)
        assert work.error is None
        assert max(on_the_way) <= WINDOW


@pytest.mark.parametrize("away", ["", "hangs", "is killed", "was never there"])
def test_a_stop_ends_it_soon_whatever_the_server_does(far_behind: Settings, away: str) -> None:
    stop = threading.Event()
    home = open_home(far_behind.home)
    with server_process(far_behind) as server:
        if away == "was never there":
            server.kill()
        work = Background(lambda: stream(far_behind, stop=stop))
        if away != "was never there":
            wait_until(lambda: (state := streamer_state(home)) and state.events > 0)
        if away == "hangs":
            server.send_signal(signal.SIGSTOP)
        if away == "is killed":
            server.kill()
        stop.set()
        work.end(10)
        assert work.error is None
        left = streamer_state(home)
    assert left is not None
    assert left.stopped


def test_after_a_stop_everything_that_counts_as_handed_over_is_in_the_lake(
    far_behind: Settings,
) -> None:
    stop = threading.Event()
    position = open_home(far_behind.home).shop / "position.json"
    before = position.read_text()
    with serving(far_behind):
        report = stream(
            far_behind, stop=stop, progress=lambda now: stop.set() if now.events else None
        )
        assert report.events > 0
        assert position.read_text() != before
        wait_until(lambda: len(landed(far_behind)) == report.events, 60)


def test_it_creates_the_topics_and_tells_how_it_stands(shop: Settings) -> None:
    home, stop, states = open_home(shop.home), threading.Event(), []
    assert streamer_state(home) is None
    with Server(home, shop.host, shop.pubsub_port):
        stream(
            shop.model_copy(update={"stream_rate": 2.5}),
            stop=stop,
            duration=timedelta(seconds=8),
            progress=lambda _: states.append(streamer_state(home)),
        )
    told = [state for state in states if state]
    assert told[0].running
    assert told[0].catching_up
    assert told[0].stream_rate == 2.5
    assert [state.events for state in told] == sorted(state.events for state in told)
    left = streamer_state(home)
    assert left is not None
    assert left.stopped
    assert not left.running
    assert left.events >= told[-1].events > 0
    assert abs(datetime.now(UTC) - left.updated_at) < timedelta(minutes=1)


def test_the_truth_follows_the_rate_where_it_changes_within_a_slice(tmp_path: Path) -> None:
    shop = small_shop(tmp_path / "home", disorder="wild")
    kept = open_home(shop.home).truth / "disorder" / f"{EVENING.date()}-0-published.parquet"
    with floor_of(shop) as floor:
        begin = floor.position.index
        (batch,) = floor.simulate(floor.stand(), source="live")
        (doubled,) = floor.simulate(floor.stand(), source="live", rate=2)
        middle, end = (begin + len(batch)) // 2, len(batch)
        expected = [
            *batch.disorder(begin, middle, as_rows=False).to_pylist(),
            *doubled.disorder(middle, end, as_rows=False).to_pylist(),
        ]
        floor.keep_disorder(batch, begin, end, as_rows=False)
        for again in (batch, doubled, doubled):
            floor.keep_disorder(again, middle, end, as_rows=False)
    assert pq.read_table(kept).to_pylist() == expected
    assert any("~1" in row["event_id"] for row in expected)


def test_on_google_cloud_the_streamer_makes_no_topic_and_says_who_does(
    shop: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PUBSUB_EMULATOR_HOST", shop.pubsub_address)
    in_the_cloud = shop.model_copy(update={"target": "bigquery"})
    with Server(open_home(shop.home), shop.host, shop.pubsub_port):
        with pytest.raises(EsynapseError, match=r"not accepted.*Run 'esynapse provision' first"):
            stream(in_the_cloud, duration=timedelta(seconds=2))
        with publisher_client(shop) as client:
            assert not list(client.list_topics(project=f"projects/{shop.project}"))
