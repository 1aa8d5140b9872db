"""Ordering keys."""

import pytest

from tests.conformance.behaviours import DOCS, behaviour
from tests.conformance.service import bodies, eventually
from tests.conformance.streams import Stream

PAGE = f"{DOCS}ordering"

HOLDS = "brings them only when their own deadline passes, and the one given back last"


@pytest.fixture
def subscription(service, topic):
    return service.subscription(topic, enable_message_ordering=True)


def until(service, subscription, last):
    """What comes until ``last`` does, each acknowledged as it comes."""
    came = []
    while last not in came:
        received = service.receive(subscription, seconds=2)
        came += bodies(received)
        service.acknowledge(subscription, received)
    return came


def publish(service, topic, key, *data):
    service.publish(topic, *({"data": d, "ordering_key": key} for d in data))


@behaviour(PAGE)
def test_messages_of_a_key_come_in_the_order_of_their_publishing(service, topic, subscription):
    for number in range(20):
        for key in ("a", "b"):
            publish(service, topic, key, f"{key}{number}".encode())
    came = {"a": [], "b": []}
    while len(came["a"]) + len(came["b"]) < 40:
        received = service.receive(subscription)
        for message in received:
            came[message.message.ordering_key].append(message.message.data)
        service.acknowledge(subscription, received)
    assert came == {key: [f"{key}{n}".encode() for n in range(20)] for key in ("a", "b")}


@behaviour(PAGE)
def test_messages_of_a_key_come_in_order_on_a_stream(service, topic, subscription):
    came = []

    def take(message):
        came.append(message.data)
        message.ack()

    future = service.high_level_subscriber.subscribe(subscription, take)
    sent = [str(number).encode() for number in range(30)]
    for data in sent:
        publish(service, topic, "a", data)
    eventually(lambda: len(came) >= 30)
    future.cancel()
    future.result(timeout=10)
    assert came == sent


@behaviour(PAGE)
def test_while_messages_of_a_key_are_outstanding_the_later_ones_of_the_key_wait(
    service, topic, subscription
):
    publish(service, topic, "a", b"first")
    first = service.receive(subscription)
    publish(service, topic, "a", b"second")
    publish(service, topic, "b", b"of another key")
    assert bodies(service.receive(subscription)) == [b"of another key"]
    service.acknowledge(subscription, first)
    assert bodies(service.receive(subscription)) == [b"second"]


@behaviour(PAGE)
def test_other_keys_flow_on_while_one_waits(service, topic, subscription):
    publish(service, topic, "a", b"outstanding")
    service.receive(subscription)
    publish(service, topic, "a", b"waits")
    for key in ("b", "c"):
        publish(service, topic, key, key.encode())
    assert sorted(bodies(service.receive(subscription, 2))) == [b"b", b"c"]


@behaviour(PAGE)
def test_messages_without_a_key_wait_for_nothing(service, topic, subscription):
    publish(service, topic, "", b"first")
    service.receive(subscription)
    publish(service, topic, "", b"second")
    assert bodies(service.receive(subscription)) == [b"second"]


@behaviour(PAGE)
def test_messages_of_a_key_given_back_together_come_again_in_order(service, topic, subscription):
    publish(service, topic, "a", b"1", b"2", b"3")
    service.nack(subscription, service.receive(subscription, 3))
    assert until(service, subscription, b"3") == [b"1", b"2", b"3"]


@behaviour(PAGE, emulator=HOLDS)
def test_with_a_message_given_back_all_later_ones_of_its_key_come_again(
    service, topic, subscription
):
    publish(service, topic, "a", b"1", b"2", b"3")
    received = service.receive(subscription, 3)
    assert bodies(received) == [b"1", b"2", b"3"]
    service.nack(subscription, received[:1])
    assert until(service, subscription, b"3") == [b"1", b"2", b"3"]


@behaviour(PAGE, emulator=HOLDS)
def test_with_a_message_given_back_even_the_acknowledged_later_ones_of_its_key_come_again(
    service, topic, subscription
):
    publish(service, topic, "a", b"1", b"2", b"3")
    received = service.receive(subscription, 3)
    service.acknowledge(subscription, received[1:2])
    service.nack(subscription, received[:1])
    assert until(service, subscription, b"3") == [b"1", b"2", b"3"]


@behaviour(PAGE)
def test_a_message_whose_deadline_passes_comes_again_before_the_later_ones_of_its_key(
    service, topic, subscription
):
    publish(service, topic, "a", b"1")
    service.set_deadline(subscription, service.receive(subscription), 1)
    publish(service, topic, "a", b"2")
    assert until(service, subscription, b"2") == [b"1", b"2"]


@behaviour(PAGE)
def test_without_ordering_a_key_holds_nothing_up(service, topic):
    subscription = service.subscription(topic, "unordered")
    publish(service, topic, "a", b"first")
    service.receive(subscription)
    publish(service, topic, "a", b"second")
    assert bodies(service.receive(subscription)) == [b"second"]


@behaviour(f"{DOCS}reference/rpc/google.pubsub.v1#google.pubsub.v1.StreamingPullResponse")
def test_a_stream_says_whether_its_subscription_keeps_order(service, topic, subscription):
    publish(service, topic, "a", b"x")
    with Stream(service, subscription=subscription, stream_ack_deadline_seconds=10) as stream:
        stream.wait_for(1)
        properties = stream.answers[0].subscription_properties
        assert properties.message_ordering_enabled
