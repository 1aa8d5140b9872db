"""The embedded server against the real client libraries: resources, limits, leases."""

import threading
import time

import pytest
from google.api_core import exceptions
from google.cloud import pubsub_v1
from google.pubsub_v1 import types

pytestmark = pytest.mark.slow

TOPIC = "projects/test-project/topics/orders"
LETTERS = "projects/test-project/topics/letters"
SUBSCRIPTION = "projects/test-project/subscriptions/orders-reader"
LETTER_READER = "projects/test-project/subscriptions/letter-reader"


@pytest.fixture
def subscription(publisher, subscriber):
    publisher.create_topic(name=TOPIC)
    subscriber.create_subscription(name=SUBSCRIPTION, topic=TOPIC)
    return SUBSCRIPTION


def pull(subscriber, name=SUBSCRIPTION, *, most=100):
    request = types.PullRequest(subscription=name, max_messages=most, return_immediately=True)
    return list(subscriber.pull(request=request).received_messages)


def test_topics_are_created_found_listed_and_deleted(publisher):
    names = [f"projects/test-project/topics/topic-{number:03}" for number in range(5)]
    for name in names:
        publisher.create_topic(name=name)
    publisher.create_topic(name="projects/test-project-2/topics/elsewhere")
    with pytest.raises(exceptions.AlreadyExists, match=r"\(resource=topic-000\)"):
        publisher.create_topic(name=names[0])
    listed = publisher.list_topics(request={"project": "projects/test-project", "page_size": 2})
    assert [topic.name for topic in listed] == names
    publisher.delete_topic(topic=names[0])
    with pytest.raises(exceptions.NotFound, match=r"Resource not found \(resource=topic-000\)"):
        publisher.get_topic(topic=names[0])
    assert publisher.get_topic(topic=names[1]).name == names[1]


def test_subscriptions_are_created_found_listed_and_deleted(publisher, subscriber):
    with pytest.raises(exceptions.NotFound):
        subscriber.create_subscription(name=SUBSCRIPTION, topic=TOPIC)
    publisher.create_topic(name=TOPIC)
    created = subscriber.create_subscription(name=SUBSCRIPTION, topic=TOPIC)
    assert created.ack_deadline_seconds == 10
    with pytest.raises(exceptions.AlreadyExists):
        subscriber.create_subscription(name=SUBSCRIPTION, topic=TOPIC)
    assert subscriber.get_subscription(subscription=SUBSCRIPTION) == created
    listed = subscriber.list_subscriptions(project="projects/test-project")
    assert [found.name for found in listed] == [SUBSCRIPTION]
    publisher.delete_topic(topic=TOPIC)
    orphan = subscriber.get_subscription(subscription=SUBSCRIPTION)
    assert orphan.topic == "_deleted-topic_"
    subscriber.delete_subscription(subscription=SUBSCRIPTION)
    with pytest.raises(exceptions.NotFound):
        subscriber.get_subscription(subscription=SUBSCRIPTION)


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"name": "orders"}, exceptions.InvalidArgument),
        ({"name": "projects/p/subscriptions/x"}, exceptions.InvalidArgument),
        ({"ack_deadline_seconds": 5}, exceptions.InvalidArgument),
        ({"filter": 'attributes.kind = "a"'}, exceptions.MethodNotImplemented),
        ({"push_config": {"push_endpoint": "https://e.test"}}, exceptions.MethodNotImplemented),
        ({"dead_letter_policy": {"dead_letter_topic": TOPIC, "max_delivery_attempts": 3}},
         exceptions.InvalidArgument),
        ({"bigquery_config": {"table": "p.d.no_such_table", "use_table_schema": True}},
         exceptions.NotFound),
        ({"bigquery_config": {"table": "p.d.live_events"}}, exceptions.InvalidArgument),
    ],
)  # fmt: skip
def test_a_subscription_that_cannot_be_served_as_asked_is_refused(
    publisher, subscriber, fields, error
):
    publisher.create_topic(name=TOPIC)
    with pytest.raises(error):
        subscriber.create_subscription(request={"name": SUBSCRIPTION, "topic": TOPIC} | fields)


def test_what_the_server_does_not_offer_is_unimplemented(publisher, subscriber):
    with pytest.raises(exceptions.MethodNotImplemented):
        list(publisher.list_topic_snapshots(topic=TOPIC))
    with pytest.raises(exceptions.MethodNotImplemented):
        subscriber.seek(request={"subscription": SUBSCRIPTION})


@pytest.mark.parametrize(
    ("messages", "expected"),
    [
        ([{"data": b"x"}] * 1001, "message_count is too large. You passed 1001 .* is 1000"),
        ([{"data": b"x" * 5_000_001}] * 2, "request_size is too large.*10000000"),
        ([{"data": b"x"}, {}], "One or more messages in the publish request is empty"),
        ([], "message_count is too small"),
        ([{"attributes": {"a": "x" * 1025}}], "attribute_value_size is too large"),
        ([{"attributes": {"k" * 257: "x"}}], "attribute_key_size is too large"),
        ([{"attributes": {"google-x": "x"}}], "reserved 'goog'"),
        ([{"attributes": {str(n): "x" for n in range(101)}}], "attribute_count is too large"),
    ],
)
def test_a_publish_beyond_the_limits_is_refused_whole(publisher, subscription, messages, expected):
    with pytest.raises(exceptions.InvalidArgument, match=expected):
        raw_publish(publisher, messages)


def test_a_publish_at_the_limits_is_accepted(publisher, subscriber, subscription):
    ids = raw_publish(publisher, [{"data": b"x"}] * 1000)
    assert len(set(ids)) == 1000
    assert len(raw_publish(publisher, [{"data": b"x" * 9_900_000}])) == 1


def test_publishing_to_an_unknown_topic_is_not_found(publisher):
    with pytest.raises(exceptions.NotFound, match=r"Resource not found \(resource=orders\)\."):
        raw_publish(publisher, [{"data": b"x"}])


def test_a_message_arrives_as_it_was_sent_once_for_each_subscription(
    publisher, subscriber, subscription
):
    other = "projects/test-project/subscriptions/other"
    subscriber.create_subscription(name=other, topic=TOPIC)
    sent = {"data": b"\x00\xff", "attributes": {"kind": "é"}, "ordering_key": "k"}
    (message_id,) = raw_publish(publisher, [sent])
    for name in (subscription, other):
        (received,) = pull(subscriber, name)
        assert received.message.data == b"\x00\xff"
        assert dict(received.message.attributes) == {"kind": "é"}
        assert received.message.ordering_key == "k"
        assert received.message.message_id == message_id
        assert abs(received.message.publish_time.timestamp() - time.time()) < 10
        assert pull(subscriber, name) == []


def test_an_acknowledged_message_does_not_come_back_and_takes_no_space(
    server, publisher, subscriber, subscription
):
    raw_publish(publisher, [{"data": b"a"}, {"data": b"b"}])
    received = pull(subscriber)
    ack_ids = [message.ack_id for message in received]
    subscriber.acknowledge(subscription=subscription, ack_ids=ack_ids)
    subscriber.acknowledge(subscription=subscription, ack_ids=ack_ids)
    subscriber.modify_ack_deadline(
        subscription=subscription, ack_ids=ack_ids, ack_deadline_seconds=0
    )
    assert pull(subscriber) == []
    with server.store.read() as connection:
        assert connection.execute("select count(*) from pubsub_messages").fetchone() == (0,)


def test_an_ack_id_that_is_none_is_refused(subscriber, subscription):
    with pytest.raises(exceptions.InvalidArgument, match=r"invalid ack ID .*\(ack_id=nonsense\)"):
        subscriber.acknowledge(subscription=subscription, ack_ids=["nonsense"])
    with pytest.raises(exceptions.InvalidArgument):
        subscriber.acknowledge(subscription=subscription, ack_ids=[])


@pytest.mark.parametrize("seconds", [0, 1])
def test_a_message_given_back_or_timed_out_comes_again(
    publisher, subscriber, subscription, seconds, eventually
):
    raw_publish(publisher, [{"data": b"a"}])
    (received,) = pull(subscriber)
    subscriber.modify_ack_deadline(
        subscription=subscription, ack_ids=[received.ack_id], ack_deadline_seconds=seconds
    )
    assert len(pull(subscriber)) == (1 if seconds == 0 else 0)
    eventually(lambda: seconds == 0 or pull(subscriber))


def test_what_is_said_about_an_earlier_delivery_does_not_touch_a_later_one(
    publisher, subscriber, subscription
):
    raw_publish(publisher, [{"data": b"a"}])
    (first,) = pull(subscriber)
    nack(subscriber, first)
    (second,) = pull(subscriber)
    nack(subscriber, first)
    assert pull(subscriber) == []
    nack(subscriber, second)
    assert len(pull(subscriber)) == 1


def test_a_pull_waits_for_a_message(publisher, subscriber, subscription):
    timer = threading.Timer(0.5, raw_publish, (publisher, [{"data": b"late"}]))
    timer.start()
    began = time.monotonic()
    answer = subscriber.pull(subscription=subscription, max_messages=10)
    assert [received.message.data for received in answer.received_messages] == [b"late"]
    assert time.monotonic() - began < 5
    timer.join()


def test_a_message_nobody_manages_goes_to_the_dead_letter_topic_with_its_history(
    publisher, subscriber, eventually
):
    for name in (TOPIC, LETTERS):
        publisher.create_topic(name=name)
    subscriber.create_subscription(name=LETTER_READER, topic=LETTERS)
    policy = types.DeadLetterPolicy(dead_letter_topic=LETTERS, max_delivery_attempts=5)
    subscriber.create_subscription(
        request=types.Subscription(name=SUBSCRIPTION, topic=TOPIC, dead_letter_policy=policy)
    )
    raw_publish(publisher, [{"data": b"hopeless", "attributes": {"kind": "order"}}])
    for attempt in range(1, 6):
        (received,) = pull(subscriber)
        assert received.delivery_attempt == attempt
        nack(subscriber, received)
    letters = []
    eventually(lambda: letters.extend(pull(subscriber, LETTER_READER)) or letters)
    (letter,) = letters
    assert letter.message.data == b"hopeless"
    attributes = dict(letter.message.attributes)
    published = attributes.pop("CloudPubSubDeadLetterSourceTopicPublishTime")
    assert published.startswith("20")
    assert attributes == {
        "kind": "order",
        "CloudPubSubDeadLetterSourceDeliveryCount": "5",
        "CloudPubSubDeadLetterSourceSubscription": "orders-reader",
        "CloudPubSubDeadLetterSourceSubscriptionProject": "test-project",
    }
    assert pull(subscriber) == []


def test_streaming_pull_delivers_everything_once_within_the_flow_control(
    publisher, subscriber, subscription, eventually
):
    seen: list[bytes] = []

    def take(message):
        seen.append(message.data)
        message.ack()

    control = pubsub_v1.types.FlowControl(max_messages=50)
    future = subscriber.subscribe(subscription, take, flow_control=control)
    bodies = [str(number).encode() for number in range(2000)]
    for start in range(0, 2000, 500):
        raw_publish(publisher, [{"data": body} for body in bodies[start : start + 500]])
    eventually(lambda: len(seen) >= 2000)
    time.sleep(0.3)
    future.cancel()
    future.result(timeout=10)
    assert sorted(seen) == sorted(bodies)


def test_streaming_pull_redelivers_what_is_nacked(publisher, subscriber, subscription, eventually):
    seen: list[bytes] = []

    def take(message):
        seen.append(message.data)
        message.ack() if len(seen) > 1 else message.nack()

    future = subscriber.subscribe(subscription, take)
    raw_publish(publisher, [{"data": b"a"}])
    eventually(lambda: len(seen) == 2)
    future.cancel()
    future.result(timeout=10)
    eventually(lambda: pull(subscriber) == [])


def raw_publish(publisher, messages):
    """Publish in one request; the ids given."""
    request = types.PublishRequest(topic=TOPIC, messages=messages)
    return list(publisher.publish(request=request).message_ids)


def nack(subscriber, received):
    subscriber.modify_ack_deadline(
        subscription=SUBSCRIPTION, ack_ids=[received.ack_id], ack_deadline_seconds=0
    )
