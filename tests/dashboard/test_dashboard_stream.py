"""The stream on the pipeline page: the figures of 'esynapse status', and what to do without any."""

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from dashboard import formats
from esynapse.home import open_home
from esynapse.ingest.publisher import Publisher
from esynapse.ingest.pubsub.server import Server
from esynapse.pipeline.status import read_status
from esynapse.pipeline.streamer_state import StreamerState, write_streamer_state
from esynapse.provision import provision
from esynapse.settings import Settings
from tests.dashboard.conftest import Open, card, cards, metric, sound
from tests.end_to_end.conftest import free_port
from tests.ingest.conftest import make_events, wait_until


@pytest.fixture(scope="module")
def streamed(shop_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """The small shop, and a stream of old and of broken events that came later."""
    home = tmp_path_factory.mktemp("streamed") / "home"
    shutil.copytree(shop_home, home)
    settings = Settings(home=home, pubsub_port=free_port(), _env_file=None)
    with Server(open_home(home), settings.host, settings.pubsub_port):
        provision(settings)
        with Publisher(settings) as publisher:
            publisher.publish(make_events(30))
            publisher.publish_raw([b"not JSON"] * 3)
        wait_until(lambda: read_status(settings)["dead_letters"]["total"] == 3)
    return settings


def tables(app: AppTest) -> list[dict[str, list[object]]]:
    return [each.value.to_dict("list") for each in app.dataframe]


@pytest.mark.slow
def test_the_cards_say_what_was_published_and_delivered_and_how_late(
    streamed: Settings, open_app: Open
) -> None:
    app = sound(open_app(streamed.home, "pipeline"))
    assert metric(app, "Published") == "36"
    assert metric(app, "Delivered") == "33"
    assert metric(app, "Backlog") == "0"
    expected = read_status(streamed)["latency"]
    assert metric(app, "Latency p50") == formats.span(expected["p50_seconds"])
    assert any("0.00 % of 30 streamed events" in each.value for each in app.caption)


@pytest.mark.slow
def test_dead_letters_stand_by_reason_with_the_command_to_see_them(
    streamed: Settings, open_app: Open
) -> None:
    app = sound(open_app(streamed.home, "pipeline"))
    assert {"letters": [3], "reason": ["not JSON"]} in tables(app)
    assert any("`esynapse deadletter list`" in each.value for each in app.caption)


@pytest.mark.slow
def test_the_lake_is_listed_by_table(streamed: Settings, open_app: Open) -> None:
    app = sound(open_app(streamed.home, "pipeline"))
    (lake,) = [table for table in tables(app) if "files" in table]
    rows = dict(zip(lake["table"], lake["rows"], strict=True))
    assert rows["dead_letter_events"] == 3
    assert rows["live_events"] == read_status(streamed)["lake"]["events"]


@pytest.mark.slow
def test_the_streamer_is_shown_with_its_rate_while_it_runs(
    streamed: Settings, open_app: Open
) -> None:
    assert metric(open_app(streamed.home, "pipeline"), "Streamer") == "stopped"
    now = datetime.now(UTC)
    state = StreamerState(
        started_at=now - timedelta(minutes=5),
        updated_at=now,
        pid=os.getpid(),
        events=30,
        rate=12.5,
        lag_seconds=90.0,
        catching_up=True,
        stream_rate=1.0,
    )
    write_streamer_state(open_home(streamed.home), state)
    st.cache_data.clear()
    app = sound(open_app(streamed.home, "pipeline"))
    assert metric(app, "Streamer") == "12.50/s"
    assert "catching up, 90 s behind" in card(app, "Streamer").note


@pytest.mark.slow
def test_a_shop_without_a_stream_is_told_how_to_start_one(shop_home: Path, open_app: Open) -> None:
    app = sound(open_app(shop_home, "pipeline"))
    assert any("'esynapse stream' starts a stream" in each.value for each in app.info)
    with pytest.raises(StopIteration):
        metric(app, "Backlog")


@pytest.mark.slow
def test_imported_data_are_not_expected_to_stream(purchases_home: Path, open_app: Open) -> None:
    app = sound(open_app(purchases_home, "pipeline"))
    assert any("no live stream of imported data" in each.value for each in app.info)


def test_the_bigquery_target_points_to_cloud_monitoring(monkeypatch: pytest.MonkeyPatch) -> None:
    def section() -> None:
        from dashboard.views.pipeline_stream import show_stream

        show_stream(None)  # type: ignore[arg-type]

    monkeypatch.setenv("ESYNAPSE_TARGET", "bigquery")
    app = sound(AppTest.from_function(section).run())
    assert "Cloud Monitoring" in app.info[0].value
    assert not cards(app)
