"""Kill -9 of everything, again and again, under load and with every fault: all is accounted for."""

import os
import random
import shutil
import signal
import sqlite3
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from esynapse.home import Home, open_home, read_json
from esynapse.ingest.pubsub import backlog
from esynapse.pipeline.backfill import backfill
from esynapse.pipeline.shop_floor import Position
from esynapse.pipeline.stream import CHUNK, WINDOW
from esynapse.settings import load_settings
from esynapse.warehouse.lake import Lake
from tests.chaos.accounts import account, replay
from tests.chaos.marts import differences
from tests.chaos.monkey import Victim, rage, report, wait_for
from tests.end_to_end.conftest import Pipeline, make_pipeline

pytestmark = pytest.mark.slow

KILLS = int(os.environ.get("ESYNAPSE_CHAOS_KILLS", "8"))
SEED = int(os.environ.get("ESYNAPSE_CHAOS_SEED", random.randrange(10**6)))
SHOP = {"days": 2, "scale": 0.4, "disorder": "wild"}
CLI = ("-m", "flows.cli")
SERVER = Path(__file__).with_name("hasty_server.py")
BEHIND = timedelta(hours=26 + 30 * KILLS)
"""How far the shop is behind at first: more than the streamer can catch up on in the time."""
ON_THE_WAY = WINDOW + CHUNK
"""Messages that a kill may make the streamer publish again."""


@pytest.fixture
def pipeline(tmp_path: Path) -> Iterator[Pipeline]:
    made = make_pipeline(tmp_path, **SHOP)
    yield made
    made.stop()


def test_whatever_is_killed_every_event_is_accounted_for_and_the_marts_are_right(
    pipeline: Pipeline, tmp_path: Path
) -> None:
    say(f"ESYNAPSE_CHAOS_SEED={SEED} ESYNAPSE_CHAOS_KILLS={KILLS}")
    backfill(load_settings(home=pipeline.home, **SHOP), now=datetime.now(UTC) - BEHIND)
    home, truth = open_home(pipeline.home), tmp_path / "truth"
    shutil.copytree(home.root, truth)
    history = rows_in(home)
    backlog(home)  # the server's tables are there

    kills = storm(pipeline, home)
    arrivals = replay(load_settings(home=truth, **SHOP), open_home(truth), position_of(home))

    found = account(home, open_home(truth))
    say(f"{arrivals} arrivals, {found.repeats} + {found.letters_repeated} repeats")
    assert not found.missing
    assert not found.foreign
    assert not found.letters_missing
    assert not found.letters_foreign
    handed_in = backlog(home).published - 2 * found.letters  # a letter is published once more
    assert found.rows - history == handed_in, "a message was delivered twice, or not at all"
    assert 0 <= found.repeats + found.letters_repeated <= kills * ON_THE_WAY

    with ThreadPoolExecutor() as pool:
        calm = Pipeline(truth, {**pipeline.environment, "ESYNAPSE_HOME": str(truth)})
        list(pool.map(lambda one: one.run("transform"), (pipeline, calm)))
    assert differences(home.marts, truth / "marts.duckdb") == []


def storm(pipeline: Pipeline, home: Home) -> int:
    """Run server, streamer and transform while they are killed; all is quiet at the end. Kills."""
    with closing(sqlite3.connect(f"file:{home.catalog}?mode=ro", uri=True)) as catalog:

        def number(sql: str) -> int:
            return int(catalog.execute(sql).fetchone()[0] or 0)

        def landed() -> int:
            return number("select sum(rows) from files where retired_at is null")

        def builds() -> int:
            return number("select count(*) from builds")

        def begin(name: str, *command: str, **how: Any) -> Victim:
            return Victim(pipeline, name, command, landed=landed, seed=SEED, **how)

        server = begin("pubsub", str(SERVER), progress=landed, span=3)
        streamer = begin("stream", *CLI, "stream", progress=lambda: handed_over(home), span=3)
        transform = begin(
            "transform", *CLI, "transform", progress=builds, span=10, rest=6, ends=True
        )
        victims = (server, streamer, transform)
        try:
            rage(victims, KILLS)
            kills = sum(victim.kills for victim in victims)
            for victim in victims:
                victim.spare()
            transform.stop(signal.SIGKILL)
            wait_for(lambda: streamer.works, "the last streamer publishes")
            streamer.stop(signal.SIGTERM)
            stream_past_what_is_published(pipeline, home)
            wait_for(lambda: backlog(home).undelivered == 0, "the backlog is empty")
            server.stop(signal.SIGTERM)
            assert number("select count(*) from files where batch_key = 'compaction'")
        finally:
            say(report([life for victim in victims for life in victim.lives]))
    for victim in victims:
        *before, _ = victim.lives  # the last was ended for good, the transform's at once
        at_work = sum(life.worked for life in before)
        assert at_work >= len(before) / 2, f"{victim.name} was mostly killed in vain"
        assert "Traceback" not in victim.log
    return kills


def stream_past_what_is_published(pipeline: Pipeline, home: Home) -> None:
    """Go on until nothing is published that lies beyond the position.

    A streamer that is stopped leaves part of a chunk there, one that is killed several chunks, all
    on the day of the position. One that ends when its time is up leaves nothing.
    """
    day = position_of(home).day
    while position_of(home).day == day < date.today():
        pipeline.run("stream", "--minutes", "0.04")


def say(text: str) -> None:
    """For whoever looks at a failure, or watches with -s."""
    sys.stdout.write(f"{text}\n")


def rows_in(home: Home) -> int:
    return sum(file.rows for file in Lake(home).files("live_events"))


def handed_over(home: Home) -> int:
    """Grows with the position of the shop."""
    position = position_of(home)
    return position.day.toordinal() * 10**7 + position.index


def position_of(home: Home) -> Position:
    found = read_json(home.shop / "position.json")
    return Position(date.fromisoformat(found["day"]), found["index"])
