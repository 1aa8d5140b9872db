"""A clock that jumps while the server runs: deliveries go on at once, each message once."""

import sys
from collections import Counter
from collections.abc import Callable

import pytest
from google.protobuf.duration_pb2 import Duration
from google.pubsub_v1 import types

from esynapse.events import encode_events
from esynapse.ingest.pubsub import backlog
from esynapse.provision import provision
from esynapse.warehouse import catalog
from esynapse.warehouse.lake import Lake
from tests.chaos.conftest import landed_ids
from tests.ingest.conftest import make_events, wait_until

HOUR = 3600.0
LEASED, WAITING = (f"projects/test-project/subscriptions/{name}" for name in ("leased", "waiting"))
FIRST, LATER, OUT = 300, 200, 100
LONG = types.RetryPolicy(
    minimum_backoff=Duration(seconds=500), maximum_backoff=Duration(seconds=500)
)


@pytest.fixture
def jump(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Moves the clock of everything in this process by seconds."""
    now_us, moved_by = catalog.now_us, [0]

    def moved() -> int:
        return now_us() + moved_by[0]

    for name, module in list(sys.modules.items()):
        if name.startswith("esynapse.") and getattr(module, "now_us", None) is now_us:
            monkeypatch.setattr(module, "now_us", moved)

    def jump_by(seconds: float) -> None:
        moved_by[0] += int(seconds * 1e6)

    return jump_by


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [-HOUR, HOUR], ids=["back", "forward"])
def test_when_the_clock_jumps_all_messages_come_at_once_and_none_is_lost_or_doubled(
    server, settings, home, publisher, subscriber, jump, seconds
):
    provision(settings)
    topic = publisher.topic_path(settings.project, settings.topic)
    for name, retry in ((LEASED, None), (WAITING, LONG)):
        subscriber.create_subscription(
            request=types.Subscription(
                name=name, topic=topic, ack_deadline_seconds=600, retry_policy=retry
            )
        )
    events = make_events(FIRST + LATER)
    data = list(encode_events(events))
    publisher.publish(topic=topic, messages=[{"data": one} for one in data[:FIRST]])
    lake = Lake(home)
    wait_until(lambda: rows_in(lake) == FIRST)
    mark = lake.watermark("live_events")
    out = {name: pull(subscriber, name, OUT) for name in (LEASED, WAITING)}
    subscriber.modify_ack_deadline(
        subscription=WAITING,
        ack_ids=[message.ack_id for message in out[WAITING]],
        ack_deadline_seconds=0,
    )

    jump(seconds)

    publisher.publish(topic=topic, messages=[{"data": one} for one in data[FIRST:]])
    for name in (LEASED, WAITING):
        assert len(out[name]) == OUT
        received = Counter(pull_all(subscriber, name))
        assert received == Counter(data), "each once since the jump, those that were out included"

    wait_until(lambda: backlog(home).undelivered == 0)
    assert landed_ids(home) == sorted(events["event_id"].to_pylist())
    assert lake.watermark("live_events") > mark
    days = {stamp.date() for stamp in events["event_timestamp"].to_pylist()}
    assert set(lake.changed_dates("live_events", after=mark)) == days


def pull_all(subscriber, name):
    """The data of all messages that are due, which are acknowledged."""
    found = []
    while messages := pull(subscriber, name, 1000):
        found += [message.message.data for message in messages]
        ids = [message.ack_id for message in messages]
        subscriber.acknowledge(subscription=name, ack_ids=ids)
    return found


def pull(subscriber, name, count):
    """Up to ``count`` messages that are due; none if none is."""
    request = {"subscription": name, "max_messages": count, "return_immediately": True}
    return subscriber.pull(request=request).received_messages


def rows_in(lake: Lake) -> int:
    return sum(file.rows for file in lake.files("live_events"))
