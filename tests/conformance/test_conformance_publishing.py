"""Publishing."""

import time

import pytest
from google.api_core import exceptions

from tests.conformance.behaviours import DOCS, QUOTAS, RPC, behaviour
from tests.conformance.service import bodies

MESSAGE = f"{RPC}PubsubMessage"


def refused(service, topic, *messages):
    with pytest.raises(exceptions.InvalidArgument):
        service.publish(topic, *messages)


@behaviour(f"{RPC}PublishResponse")
def test_every_message_gets_an_id_of_its_own_in_the_order_of_the_request(
    service, topic, subscription
):
    ids = service.publish(topic, b"a", b"b", b"c") + service.publish(topic, b"d")
    assert len(set(ids)) == 4
    received = service.receive(subscription, 4)
    assert {m.message.message_id: m.message.data for m in received} == dict(
        zip(ids, [b"a", b"b", b"c", b"d"], strict=True)
    )


@behaviour(MESSAGE)
def test_data_attributes_and_ordering_key_arrive_as_they_were_sent(service, topic, subscription):
    sent = {"data": b"\x00\xff\n", "attributes": {"kind": "é"}, "ordering_key": "k"}
    service.publish(topic, sent)
    (received,) = service.receive(subscription)
    assert received.message.data == b"\x00\xff\n"
    assert dict(received.message.attributes) == {"kind": "é"}
    assert received.message.ordering_key == "k"


@behaviour(MESSAGE)
def test_a_message_may_have_attributes_and_no_data(service, topic, subscription):
    service.publish(topic, {"attributes": {"kind": "order"}})
    (received,) = service.receive(subscription)
    assert received.message.data == b""
    assert dict(received.message.attributes) == {"kind": "order"}


@behaviour(MESSAGE)
def test_the_service_sets_the_publish_time_and_the_id(service, topic, subscription):
    claimed = {"data": b"x", "message_id": "mine", "publish_time": {"seconds": 1_000_000_000}}
    (given,) = service.publish(topic, claimed)
    (received,) = service.receive(subscription)
    assert received.message.message_id == given != "mine"
    assert abs(received.message.publish_time.timestamp() - time.time()) < 60


@behaviour(f"{DOCS}pubsub-basics")
def test_each_subscription_of_a_topic_gets_every_message(service, topic, subscription):
    other = service.subscription(topic, "other")
    service.publish(topic, b"a", b"b")
    for name in (subscription, other):
        assert sorted(bodies(service.receive(name, 2))) == [b"a", b"b"]


@behaviour(f"{DOCS}subscription-overview")
def test_a_subscription_gets_only_what_is_published_after_its_creation(
    service, topic, subscription
):
    service.publish(topic, b"before")
    late = service.subscription(topic, "late")
    service.publish(topic, b"after")
    assert bodies(service.receive(late)) == [b"after"]
    assert sorted(bodies(service.receive(subscription, 2))) == [b"after", b"before"]


@behaviour(f"{RPC}Publisher.Publish")
def test_publishing_to_a_topic_that_is_not_there_is_not_found(service):
    with pytest.raises(exceptions.NotFound):
        service.publish(service.topic_name("nothing"), b"x")


@behaviour(f"{RPC}Publisher.Publish")
def test_publishing_to_a_deleted_topic_is_not_found(service, topic, subscription):
    service.publisher.delete_topic(topic=topic)
    with pytest.raises(exceptions.NotFound):
        service.publish(topic, b"x")


@behaviour(QUOTAS)
def test_1000_messages_in_a_request_are_accepted(service, topic):
    assert len(set(service.publish(topic, *[b"x"] * 1000))) == 1000


@behaviour(QUOTAS)
def test_1001_messages_in_a_request_are_refused(service, topic):
    refused(service, topic, *[b"x"] * 1001)


@behaviour(QUOTAS)
def test_a_message_of_nearly_10_megabytes_is_accepted(service, topic, subscription):
    service.publish(topic, b"x" * 9_900_000)
    (received,) = service.receive(subscription)
    assert len(received.message.data) == 9_900_000


@behaviour(QUOTAS, emulator="accepts somewhat more")
def test_a_request_of_more_than_10_megabytes_is_refused(service, topic):
    refused(service, topic, b"x" * 5_200_000, b"y" * 5_200_000)


@behaviour(f"{RPC}PublishRequest")
def test_a_request_without_messages_is_refused(service, topic):
    refused(service, topic)


@behaviour(MESSAGE)
def test_a_message_without_data_and_attributes_is_refused(service, topic):
    refused(service, topic, {})


@behaviour(MESSAGE)
def test_a_request_is_accepted_whole_or_not_at_all(service, topic, subscription):
    refused(service, topic, b"good", {})
    service.publish(topic, b"next")
    assert bodies(service.receive(subscription)) == [b"next"]


@behaviour(QUOTAS, emulator="accepts any number")
def test_100_attributes_are_accepted_and_101_refused(service, topic):
    service.publish(topic, {"attributes": {f"k{n}": "x" for n in range(100)}})
    refused(service, topic, {"attributes": {f"k{n}": "x" for n in range(101)}})


@behaviour(QUOTAS, emulator="accepts any length")
def test_an_attribute_key_of_256_bytes_is_accepted_and_a_longer_one_refused(service, topic):
    service.publish(topic, {"attributes": {"k" * 256: "x"}})
    refused(service, topic, {"attributes": {"k" * 257: "x"}})


@behaviour(QUOTAS, emulator="accepts any length")
def test_an_attribute_value_of_1024_bytes_is_accepted_and_a_longer_one_refused(service, topic):
    service.publish(topic, {"attributes": {"k": "x" * 1024}})
    refused(service, topic, {"attributes": {"k": "x" * 1025}})


@behaviour(QUOTAS, emulator="accepts any length")
def test_the_limit_of_an_attribute_counts_bytes_not_characters(service, topic):
    refused(service, topic, {"attributes": {"k": "é" * 513}})


@behaviour(f"{DOCS}publisher#using_attributes", emulator="accepts it")
def test_an_attribute_key_that_begins_with_goog_is_refused(service, topic):
    refused(service, topic, {"attributes": {"google-x": "x"}})


@behaviour(QUOTAS, emulator="accepts any length")
def test_an_ordering_key_of_1024_bytes_is_accepted_and_a_longer_one_refused(service, topic):
    service.publish(topic, {"data": b"x", "ordering_key": "k" * 1024})
    refused(service, topic, {"data": b"x", "ordering_key": "k" * 1025})


@behaviour(MESSAGE, emulator="accepts several")
def test_the_messages_of_a_request_have_one_ordering_key(service, topic):
    messages = [{"data": b"x", "ordering_key": key} for key in ("a", "b")]
    refused(service, topic, *messages)


@behaviour(f"{DOCS}batch-messaging")
def test_what_the_client_library_publishes_in_batches_arrives_once(service, topic, subscription):
    sent = [str(number).encode() for number in range(500)]
    futures = [service.high_level_publisher.publish(topic, data) for data in sent]
    ids = {future.result(timeout=20) for future in futures}
    assert len(ids) == 500
    assert sorted(bodies(service.receive(subscription, 500))) == sorted(sent)
