"""Pulling."""

import threading

import pytest
from google.api_core import exceptions

from tests.conformance.behaviours import DOCS, RPC, behaviour
from tests.conformance.service import bodies

PULL = f"{RPC}PullRequest"


@behaviour(PULL)
def test_a_pull_returns_at_most_as_many_messages_as_asked_for(service, topic, subscription):
    service.publish(topic, *[b"x"] * 10)
    first = service.pull(subscription, most=3)
    assert 1 <= len(first) <= 3
    ids = {m.message.message_id for m in first + service.receive(subscription, 10 - len(first))}
    assert len(ids) == 10


@behaviour(PULL, emulator="accepts a negative number")
def test_a_pull_for_no_messages_is_refused(service, subscription):
    for most in (0, -1):
        with pytest.raises(exceptions.InvalidArgument):
            service.pull(subscription, most=most)


@behaviour(PULL)
def test_a_pull_that_is_to_return_immediately_returns_nothing_if_nothing_is_there(
    service, subscription
):
    assert service.pull(subscription) == []


@behaviour(PULL)
def test_a_waiting_pull_gets_a_message_that_comes_meanwhile(service, topic, subscription):
    answers = []
    pulling = threading.Thread(
        target=lambda: answers.append(
            service.subscriber.pull(subscription=subscription, max_messages=10, timeout=20)
        )
    )
    pulling.start()
    pulling.join(timeout=0.3)
    assert pulling.is_alive()
    service.publish(topic, b"late")
    pulling.join()
    assert bodies(answers[0].received_messages) == [b"late"]


@behaviour(
    "https://grpc.io/docs/guides/cancellation",
    emulator="hands the message to the call that is gone, and keeps it until its deadline",
)
def test_a_pull_that_its_caller_gave_up_takes_no_message(service, topic, subscription):
    for _ in range(3):
        with pytest.raises(exceptions.DeadlineExceeded):
            service.subscriber.pull(subscription=subscription, max_messages=10, timeout=0.2)
    service.publish(topic, b"late")
    assert bodies(service.receive(subscription)) == [b"late"]


@behaviour(f"{RPC}Subscription")
def test_an_outstanding_message_is_not_handed_out_again(service, topic, subscription):
    service.publish(topic, b"first")
    service.receive(subscription)
    service.publish(topic, b"second")
    assert bodies(service.receive(subscription)) == [b"second"]


@behaviour(f"{DOCS}pull")
def test_subscribers_of_one_subscription_share_its_messages(service, topic, subscription):
    sent = [str(number).encode() for number in range(40)]
    service.publish(topic, *sent)
    received = []

    def pull():
        while batch := service.pull(subscription, most=5):
            received.extend(bodies(batch))

    pullers = [threading.Thread(target=pull) for _ in range(2)]
    for puller in pullers:
        puller.start()
    for puller in pullers:
        puller.join()
    assert sorted(received) == sorted(sent)


@behaviour(f"{RPC}ReceivedMessage")
def test_deliveries_are_not_counted_without_a_dead_letter_policy(service, topic, subscription):
    service.publish(topic, b"x")
    (received,) = service.receive(subscription)
    assert received.delivery_attempt == 0


@behaviour(f"{DOCS}reference/error-codes")
def test_pulling_a_subscription_that_is_not_there_is_not_found(service):
    with pytest.raises(exceptions.NotFound):
        service.pull(service.subscription_name("nothing"))
