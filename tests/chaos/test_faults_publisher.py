"""A publisher that dies with requests on their way: each of them is stored whole or not at all."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from esynapse.ingest.pubsub import backlog
from esynapse.provision import provision
from esynapse.warehouse.lake import Lake
from tests.chaos.busy_publisher import MESSAGES, THREADS
from tests.ingest.conftest import wait_until

pytestmark = pytest.mark.slow

PROGRAM = Path(__file__).with_name("busy_publisher.py")


@pytest.mark.parametrize("acknowledged", [1, 7, 30])
def test_a_publisher_that_dies_mid_batch_leaves_whole_requests_and_all_that_was_acknowledged(
    home, settings, server, acknowledged
):
    provision(settings)
    arguments = [str(home.root), str(settings.pubsub_port)]
    with subprocess.Popen(
        [sys.executable, str(PROGRAM), *arguments],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "ESYNAPSE_PROJECT": settings.project},
    ) as process:
        said = [int(process.stdout.readline()) for _ in range(acknowledged)]
        process.kill()
        said += [int(line) for line in process.stdout if line.endswith("\n")]
    wait_until(lambda: backlog(home).undelivered == 0)
    found = Lake(home).query(
        "select cast(session_id as bigint) as request, count(*) as messages,"
        " count(distinct event_id) as events from live_events group by 1"
    )
    stored = {row["request"]: (row["messages"], row["events"]) for row in found.to_pylist()}
    assert set(stored.values()) == {(MESSAGES, MESSAGES)}
    assert set(said) <= stored.keys()
    assert len(stored) <= len(said) + THREADS, "at most what was on its way is stored besides"
