"""Publishes at the limits of the service and just beyond them."""

import json

import pytest
from google.api_core import exceptions
from google.cloud.pubsub_v1.publisher.exceptions import MessageTooLargeError
from google.pubsub_v1 import types

from esynapse.errors import EsynapseError
from esynapse.events import encode_events
from esynapse.ingest.clients import publisher_client
from esynapse.ingest.publisher import Publisher
from esynapse.ingest.pubsub import backlog
from esynapse.ingest.pubsub.dead_letter import REASON_ATTRIBUTE
from esynapse.provision import provision
from esynapse.warehouse.lake import Lake
from tests.chaos.conftest import landed_ids
from tests.ingest.conftest import make_events, wait_until

pytestmark = pytest.mark.slow

LIMIT = 10_000_000
"""Bytes of a publish request, https://cloud.google.com/pubsub/quotas#resource_limits."""
MOST = 1000


@pytest.fixture
def topic(server, settings, publisher) -> str:
    provision(settings)
    return publisher.topic_path(settings.project, settings.topic)


def data_of(size: int, topic: str) -> bytes:
    """A message whose publish request has exactly ``size`` bytes."""
    data = bytes(size - 200)
    data += bytes(size - request_size(data, topic))
    assert request_size(data, topic) == size
    return data


def request_size(data: bytes, topic: str) -> int:
    request = types.PublishRequest(topic=topic, messages=[types.PubsubMessage(data=data)])
    return request._pb.ByteSize()


def letters(home):
    return Lake(home).query("select * from dead_letter_events").to_pylist()


def test_a_request_of_ten_megabytes_arrives_whole_and_one_byte_more_is_refused(
    home, publisher, topic
):
    data = data_of(LIMIT, topic)
    publisher.publish(topic=topic, messages=[{"data": data}])
    with pytest.raises(exceptions.InvalidArgument, match=f"{LIMIT + 1} in the request"):
        publisher.publish(topic=topic, messages=[{"data": data + b"x"}])
    wait_until(lambda: backlog(home).undelivered == 0)
    (letter,) = letters(home)  # it is no JSON
    assert letter["data"] == data
    assert landed_ids(home) == []


def test_the_client_library_sends_what_just_fits_and_refuses_one_byte_more(home, settings, topic):
    data = data_of(LIMIT, topic)
    with publisher_client(settings) as client:
        assert client.publish(topic, data).result(timeout=60)
        with pytest.raises(MessageTooLargeError):
            client.publish(topic, data + b"x")
    with (
        pytest.raises(EsynapseError, match="too large: Pub/Sub takes 10 MB"),
        Publisher(settings) as ours,
    ):
        ours.publish_raw([data + b"x"])
    wait_until(lambda: backlog(home).undelivered == 0)
    assert [letter["data"] for letter in letters(home)] == [data]


def test_an_event_with_ten_megabytes_of_something_else_is_a_dead_letter_and_its_neighbours_land(
    home, settings, topic
):
    events = make_events(20)
    fields = json.loads(next(encode_events(events)))
    large = json.dumps({**fields, "stack_trace": "at line 1 " * 990_000}).encode()
    with Publisher(settings) as ours:
        ours.publish(events.slice(0, 10))
        ours.publish_raw([large])
        ours.publish(events.slice(10))
    wait_until(lambda: backlog(home).undelivered == 0)
    (letter,) = letters(home)
    assert letter["data"] == large
    reason = json.loads(letter["attributes"])[REASON_ATTRIBUTE]
    assert reason == 'unknown field "stack_trace": the table has no such column'
    assert landed_ids(home) == sorted(events["event_id"].to_pylist())


def test_a_publish_of_1001_messages_is_refused_whole_and_one_of_1000_lands(home, publisher, topic):
    events = make_events(MOST + 1)
    messages = [{"data": data} for data in encode_events(events)]
    with pytest.raises(exceptions.InvalidArgument, match="You passed 1001 in the request"):
        publisher.publish(topic=topic, messages=messages)
    assert backlog(home).published == 0
    publisher.publish(topic=topic, messages=messages[:MOST])
    wait_until(lambda: backlog(home).undelivered == 0)
    assert backlog(home).published == MOST
    assert landed_ids(home) == sorted(events["event_id"].to_pylist()[:MOST])
