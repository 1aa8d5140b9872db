"""Dead-letter topics."""

import time
from datetime import datetime

import pytest
from google.api_core import exceptions

from tests.conformance.behaviours import DOCS, RPC, behaviour
from tests.conformance.service import bodies, eventually

PAGE = f"{DOCS}dead-letter-topics"
POLICY = f"{RPC}DeadLetterPolicy"
PREFIX = "CloudPubSubDeadLetterSource"


@pytest.fixture
def letters(service):
    return service.topic("letters")


@pytest.fixture
def letter_reader(service, letters):
    return service.subscription(letters, "letter-reader")


@pytest.fixture
def subscription(service, topic, letters, letter_reader):
    """Gives up on a message after five deliveries."""
    return service.subscription(
        topic, dead_letter_policy={"dead_letter_topic": letters, "max_delivery_attempts": 5}
    )


def give_back_five_times(service, subscription):
    for _ in range(5):
        service.nack(subscription, service.receive(subscription))


def given_up(service, subscription, letter_reader):
    """The dead letter, while the subscriber goes on to pull and gets nothing."""
    letters = []

    def has_come():
        assert service.pull(subscription) == []
        letters.extend(service.pull(letter_reader))
        return letters

    eventually(has_come)
    (letter,) = letters
    return letter


@behaviour(f"{RPC}ReceivedMessage")
def test_deliveries_are_counted_from_1_under_a_dead_letter_policy(service, topic, subscription):
    service.publish(topic, b"x")
    counted = []
    for _ in range(3):
        received = service.receive(subscription)
        counted.append(received[0].delivery_attempt)
        service.nack(subscription, received)
    assert counted == [1, 2, 3]


@behaviour(f"{RPC}ReceivedMessage")
def test_an_exceeded_ack_deadline_counts_as_a_delivery(service, topic, subscription):
    service.publish(topic, b"x")
    service.set_deadline(subscription, service.receive(subscription), 1)
    (again,) = service.receive(subscription)
    assert again.delivery_attempt == 2


@behaviour(PAGE)
def test_a_message_given_back_too_often_goes_to_the_dead_letter_topic(
    service, topic, subscription, letter_reader
):
    service.publish(topic, b"hopeless")
    give_back_five_times(service, subscription)
    assert given_up(service, subscription, letter_reader).message.data == b"hopeless"


@behaviour(PAGE)
def test_a_dead_letter_keeps_its_attributes_and_says_where_it_comes_from(
    service, topic, subscription, letter_reader
):
    service.publish(topic, {"data": b"hopeless", "attributes": {"kind": "order"}})
    give_back_five_times(service, subscription)
    letter = given_up(service, subscription, letter_reader)
    attributes = dict(letter.message.attributes)
    published = datetime.fromisoformat(attributes.pop(f"{PREFIX}TopicPublishTime"))
    assert abs(published.timestamp() - time.time()) < 60
    assert attributes == {
        "kind": "order",
        f"{PREFIX}DeliveryCount": "5",
        f"{PREFIX}Subscription": "reader",
        f"{PREFIX}SubscriptionProject": service.project,
    }


@behaviour(PAGE)
def test_other_messages_flow_on_while_one_is_given_up(service, topic, subscription, letter_reader):
    service.publish(topic, b"hopeless")
    give_back_five_times(service, subscription)
    service.publish(topic, b"good")
    assert bodies(service.receive(subscription)) == [b"good"]
    assert bodies(service.receive(letter_reader)) == [b"hopeless"]


@behaviour(POLICY, emulator="refuses them with OUT_OF_RANGE")
def test_max_delivery_attempts_beyond_5_to_100_are_refused(service, topic, letters):
    for attempts in (-1, 4, 101):
        policy = {"dead_letter_topic": letters, "max_delivery_attempts": attempts}
        with pytest.raises(exceptions.InvalidArgument):
            service.subscription(topic, dead_letter_policy=policy)


@behaviour(POLICY)
def test_max_delivery_attempts_are_5_unless_told_otherwise(service, topic, letters):
    subscription = service.subscription(topic, dead_letter_policy={"dead_letter_topic": letters})
    assert service.read(subscription).dead_letter_policy.max_delivery_attempts == 5


@behaviour(POLICY)
def test_a_dead_letter_topic_that_is_not_there_is_refused(service, topic):
    with pytest.raises(exceptions.NotFound):
        service.subscription(
            topic, dead_letter_policy={"dead_letter_topic": service.topic_name("nothing")}
        )
