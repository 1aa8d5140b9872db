"""Retention and seeking."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from google.api_core import exceptions

from tests.conformance.behaviours import DOCS, RPC, behaviour
from tests.conformance.service import bodies

PAGE = f"{DOCS}replay-overview"
SEEK = f"{RPC}SeekRequest"

LONG_AGO = timedelta(minutes=-5)
FAR_AHEAD = timedelta(hours=1)


def seek(service, subscription, *, by=None, to=None):
    """Seek to a time, or to now and ``by``."""
    instant = to or datetime.now(UTC) + by
    service.subscriber.seek(request={"subscription": subscription, "time": instant})


def take_all(service, subscription, count):
    received = service.receive(subscription, count)
    service.acknowledge(subscription, received)
    return received


@behaviour(PAGE)
def test_seeking_back_brings_retained_acknowledged_messages_again(service, topic):
    subscription = service.subscription(topic, retain_acked_messages=True)
    service.publish(topic, b"a", b"b")
    take_all(service, subscription, 2)
    assert service.pull(subscription) == []
    seek(service, subscription, by=LONG_AGO)
    assert sorted(bodies(service.receive(subscription, 2))) == [b"a", b"b"]


@behaviour(SEEK)
def test_seeking_back_does_not_bring_what_was_acknowledged_and_not_retained(service, topic):
    subscription = service.subscription(topic)
    service.publish(topic, b"acknowledged")
    take_all(service, subscription, 1)
    seek(service, subscription, by=LONG_AGO)
    service.publish(topic, b"next")
    assert bodies(service.receive(subscription)) == [b"next"]


@behaviour(PAGE)
def test_seeking_ahead_purges_what_is_waiting(service, topic):
    subscription = service.subscription(topic)
    service.publish(topic, b"a", b"b")
    seek(service, subscription, by=FAR_AHEAD)
    assert service.pull(subscription) == []


@behaviour(PAGE)
def test_seeking_ahead_purges_what_is_outstanding(service, topic):
    subscription = service.subscription(topic)
    service.publish(topic, b"a")
    received = service.receive(subscription)
    seek(service, subscription, by=FAR_AHEAD)
    service.nack(subscription, received)
    assert service.pull(subscription) == []


@behaviour(SEEK)
def test_seeking_splits_messages_at_their_publish_time(service, topic):
    subscription = service.subscription(topic, retain_acked_messages=True)
    service.publish(topic, b"before")
    time.sleep(0.05)
    service.publish(topic, b"after")
    received = take_all(service, subscription, 2)
    split = next(m.message.publish_time for m in received if m.message.data == b"after")
    seek(service, subscription, to=split - timedelta(milliseconds=20))
    assert bodies(service.receive(subscription)) == [b"after"]
    assert service.pull(subscription) == []


@behaviour(PAGE)
def test_messages_that_the_topic_retains_come_again_after_seeking_back(service):
    topic = service.topic(message_retention_duration={"seconds": 600})
    subscription = service.subscription(topic)
    service.publish(topic, b"a")
    take_all(service, subscription, 1)
    seek(service, subscription, by=LONG_AGO)
    assert bodies(service.receive(subscription, seconds=3)) == [b"a"]


@behaviour(PAGE)
def test_a_subscription_can_seek_back_beyond_its_creation_if_the_topic_retains(service):
    topic = service.topic(message_retention_duration={"seconds": 600})
    service.publish(topic, b"before it was there")
    subscription = service.subscription(topic)
    seek(service, subscription, by=LONG_AGO)
    assert bodies(service.receive(subscription, seconds=3)) == [b"before it was there"]


@behaviour(PAGE)
def test_seeking_leaves_other_subscriptions_alone(service, topic):
    subscription, other = service.subscription(topic), service.subscription(topic, "other")
    service.publish(topic, b"a")
    seek(service, subscription, by=FAR_AHEAD)
    assert bodies(service.receive(other)) == [b"a"]


@behaviour(SEEK)
def test_seeking_to_nothing_is_refused(service, topic):
    subscription = service.subscription(topic)
    with pytest.raises(exceptions.InvalidArgument):
        service.subscriber.seek(request={"subscription": subscription})


@behaviour(f"{DOCS}reference/error-codes")
def test_seeking_a_subscription_that_is_not_there_is_not_found(service):
    with pytest.raises(exceptions.NotFound):
        seek(service, service.subscription_name("nothing"), by=LONG_AGO)
