"""Acknowledging."""

import pytest
from google.api_core import exceptions

from tests.conformance.behaviours import DOCS, QUOTAS, RPC, behaviour
from tests.conformance.service import bodies

ACKNOWLEDGE = f"{RPC}Subscriber.Acknowledge"
MODIFY = f"{RPC}ModifyAckDeadlineRequest"
ERRORS = f"{DOCS}reference/error-codes"


@behaviour(ACKNOWLEDGE)
def test_an_acknowledged_message_does_not_come_again(service, topic, subscription):
    service.publish(topic, b"acknowledged", b"given back")
    received = sorted(service.receive(subscription, 2), key=lambda m: m.message.data)
    service.acknowledge(subscription, received[:1])
    service.nack(subscription, received)
    assert bodies(service.receive(subscription)) == [b"given back"]


@behaviour(ACKNOWLEDGE)
def test_acknowledging_a_message_twice_is_no_error(service, topic, subscription):
    service.publish(topic, b"x")
    received = service.receive(subscription)
    service.acknowledge(subscription, received)
    service.acknowledge(subscription, received)


@behaviour(ACKNOWLEDGE)
def test_acknowledging_after_the_deadline_is_no_error(service, topic, subscription):
    service.publish(topic, b"x")
    received = service.receive(subscription)
    service.set_deadline(subscription, received, 1)
    service.receive(subscription)
    service.acknowledge(subscription, received)


@behaviour(f"{DOCS}subscription-overview")
def test_acknowledging_for_one_subscription_leaves_the_others_alone(service, topic, subscription):
    other = service.subscription(topic, "other")
    service.publish(topic, b"x")
    service.acknowledge(subscription, service.receive(subscription))
    assert bodies(service.receive(other)) == [b"x"]


@behaviour(ERRORS)
def test_an_ack_id_that_is_none_is_refused(service, subscription):
    with pytest.raises(exceptions.InvalidArgument):
        service.subscriber.acknowledge(subscription=subscription, ack_ids=["nonsense"])


@behaviour(ERRORS)
def test_the_deadline_of_an_ack_id_that_is_none_cannot_be_changed(service, subscription):
    with pytest.raises(exceptions.InvalidArgument):
        service.subscriber.modify_ack_deadline(
            subscription=subscription, ack_ids=["nonsense"], ack_deadline_seconds=10
        )


@behaviour(f"{RPC}AcknowledgeRequest")
def test_acknowledging_nothing_is_refused(service, subscription):
    with pytest.raises(exceptions.InvalidArgument):
        service.acknowledge(subscription, [])


@behaviour(ERRORS)
def test_acknowledging_for_a_subscription_that_is_not_there_is_not_found(service):
    name = service.subscription_name("nothing")
    with pytest.raises(exceptions.NotFound):
        service.subscriber.acknowledge(subscription=name, ack_ids=["1"])
    with pytest.raises(exceptions.NotFound):
        service.subscriber.modify_ack_deadline(
            subscription=name, ack_ids=["1"], ack_deadline_seconds=10
        )


@behaviour(MODIFY)
def test_a_deadline_of_0_gives_a_message_back_at_once(service, topic, subscription):
    service.publish(topic, b"x")
    received = service.receive(subscription)
    service.set_deadline(subscription, received, 0)
    (again,) = service.receive(subscription, seconds=2)
    assert again.message.message_id == received[0].message.message_id


@behaviour(f"{RPC}Subscription")
def test_a_message_that_is_not_acknowledged_in_time_comes_again(service, topic, subscription):
    service.publish(topic, b"x")
    received = service.receive(subscription)
    service.set_deadline(subscription, received, 1)
    (again,) = service.receive(subscription)
    assert again.message.message_id == received[0].message.message_id


@behaviour(MODIFY)
def test_a_deadline_can_be_extended(service, topic, subscription):
    service.publish(topic, b"lapses", b"extended")
    received = service.receive(subscription, 2)
    service.set_deadline(subscription, received, 1)
    extended = [m for m in received if m.message.data == b"extended"]
    service.set_deadline(subscription, extended, 60)
    assert bodies(service.receive(subscription)) == [b"lapses"]
    assert service.pull(subscription) == []


@behaviour(MODIFY, emulator="accepts more than 600 seconds")
def test_a_deadline_beyond_0_to_600_seconds_is_refused(service, topic, subscription):
    service.publish(topic, b"x")
    received = service.receive(subscription)
    for seconds in (-1, 601):
        with pytest.raises(exceptions.InvalidArgument):
            service.set_deadline(subscription, received, seconds)
    service.set_deadline(subscription, received, 600)


@behaviour(f"{RPC}Subscriber.ModifyAckDeadline")
def test_a_changed_deadline_is_that_of_the_message_not_of_the_subscription(
    service, topic, subscription
):
    service.publish(topic, b"x")
    service.set_deadline(subscription, service.receive(subscription), 60)
    assert service.read(subscription).ack_deadline_seconds == 10


@behaviour(QUOTAS, emulator="accepts any size")
def test_a_request_with_more_than_512_kib_of_ack_ids_is_refused(service, topic, subscription):
    service.publish(topic, b"x")
    (received,) = service.receive(subscription)
    with pytest.raises(exceptions.InvalidArgument):
        service.acknowledge(subscription, [received] * (1 + 524_288 // len(received.ack_id)))
