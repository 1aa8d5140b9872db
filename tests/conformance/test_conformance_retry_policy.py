"""Retry policies."""

import time
from datetime import timedelta

import pytest
from google.api_core import exceptions

from tests.conformance.behaviours import DOCS, RPC, behaviour
from tests.conformance.service import bodies

PAGE = f"{DOCS}subscription-retry-policy"
POLICY = f"{RPC}RetryPolicy"

AT_ONCE = "brings it again at once the first time"


def policy(minimum=None, maximum=None):
    """Of seconds; None: not set."""
    bounds = {"minimum_backoff": minimum, "maximum_backoff": maximum}
    return {name: timedelta(seconds=s) for name, s in bounds.items() if s is not None}


def seconds_away(service, subscription, *, deadline=0):
    """How long a message stays away that was pulled and then given ``deadline``."""
    received = service.receive(subscription)
    before = time.monotonic()
    service.set_deadline(subscription, received, deadline)
    again = service.receive(subscription)
    away = time.monotonic() - before
    service.nack(subscription, again)
    return away


@behaviour(PAGE)
def test_without_a_retry_policy_a_message_given_back_comes_again_at_once(service, topic):
    subscription = service.subscription(topic)
    service.publish(topic, b"x")
    service.nack(subscription, service.receive(subscription))
    assert len(service.receive(subscription, seconds=2)) == 1


@behaviour(PAGE, emulator=AT_ONCE)
def test_a_message_given_back_stays_away_for_the_minimum_backoff(service, topic):
    subscription = service.subscription(topic, retry_policy=policy(1, 600))
    service.publish(topic, b"x")
    assert seconds_away(service, subscription) >= 1


@behaviour(POLICY, emulator=AT_ONCE)
def test_a_message_whose_deadline_passes_stays_away_for_the_minimum_backoff(service, topic):
    subscription = service.subscription(topic, retry_policy=policy(1, 600))
    service.publish(topic, b"x")
    assert seconds_away(service, subscription, deadline=1) >= 2


@behaviour(PAGE)
def test_the_backoff_grows_with_every_delivery_in_vain(service, topic):
    subscription = service.subscription(topic, retry_policy=policy(0.5, 600))
    service.publish(topic, b"x")
    service.nack(subscription, service.receive(subscription))
    assert seconds_away(service, subscription) > 0.75


@behaviour(PAGE, emulator="stays away for 2 seconds where the maximum is less")
def test_the_backoff_does_not_grow_beyond_the_maximum(service, topic):
    subscription = service.subscription(topic, retry_policy=policy(0.2, 0.2))
    service.publish(topic, b"x")
    for _ in range(6):  # without a maximum the last one would stay away for 0.2 * 2**4 seconds
        service.nack(subscription, service.receive(subscription, seconds=1.5))


@behaviour(PAGE, emulator=AT_ONCE)
def test_other_messages_do_not_wait_for_one_that_backs_off(service, topic):
    subscription = service.subscription(topic, retry_policy=policy(10, 600))
    service.publish(topic, b"backs off")
    service.nack(subscription, service.receive(subscription))
    service.publish(topic, b"next")
    assert bodies(service.receive(subscription)) == [b"next"]


@behaviour(POLICY)
def test_a_backoff_beyond_0_to_600_seconds_is_refused(service, topic):
    for minimum, maximum in [(-1, 10), (601, 601), (10, 601)]:
        with pytest.raises(exceptions.InvalidArgument):
            service.subscription(topic, retry_policy=policy(minimum, maximum))
    service.subscription(topic, retry_policy=policy(0, 600))


@behaviour(POLICY)
def test_a_minimum_backoff_above_the_maximum_is_refused(service, topic):
    with pytest.raises(exceptions.InvalidArgument):
        service.subscription(topic, retry_policy=policy(20, 10))


@behaviour(POLICY)
def test_the_backoff_is_10_to_600_seconds_unless_told_otherwise(service, topic):
    subscription = service.subscription(topic, retry_policy=policy())
    found = service.read(subscription).retry_policy
    assert found.minimum_backoff.total_seconds() == 10
    assert found.maximum_backoff.total_seconds() == 600
