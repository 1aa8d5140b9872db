"""What is ours and not the protocol's: words of refusals, what is not offered, what is kept.

The protocol itself: tests/conformance.
"""

import pytest
from google.api_core import exceptions
from google.pubsub_v1 import SchemaServiceClient
from google.pubsub_v1.services.schema_service.transports import SchemaServiceGrpcTransport

pytestmark = pytest.mark.slow

TOPIC = "projects/test-project/topics/orders"
SUBSCRIPTION = "projects/test-project/subscriptions/orders-reader"
SNAPSHOT = "projects/test-project/snapshots/snapshot"


@pytest.fixture
def subscription(publisher, subscriber):
    publisher.create_topic(name=TOPIC)
    subscriber.create_subscription(name=SUBSCRIPTION, topic=TOPIC)
    return SUBSCRIPTION


def publish(publisher, *messages):
    return publisher.publish(request={"topic": TOPIC, "messages": messages})


def pull(subscriber):
    request = {"subscription": SUBSCRIPTION, "max_messages": 100, "return_immediately": True}
    return list(subscriber.pull(request=request).received_messages)


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
def test_a_refused_publish_says_what_is_wrong(publisher, subscription, messages, expected):
    with pytest.raises(exceptions.InvalidArgument, match=expected):
        publish(publisher, *messages)


def test_a_refusal_names_the_resource_in_the_words_of_the_service(publisher, subscriber):
    with pytest.raises(exceptions.NotFound, match=r"Resource not found \(resource=orders\)\."):
        publish(publisher, {"data": b"x"})
    publisher.create_topic(name=TOPIC)
    with pytest.raises(exceptions.AlreadyExists, match=r"already exists .*\(resource=orders\)\."):
        publisher.create_topic(name=TOPIC)


def test_a_refused_ack_id_is_quoted(subscriber, subscription):
    with pytest.raises(exceptions.InvalidArgument, match=r"invalid ack ID .*\(ack_id=nonsense\)"):
        subscriber.acknowledge(subscription=subscription, ack_ids=["nonsense"])


@pytest.mark.parametrize(
    "fields",
    [
        {"push_config": {"push_endpoint": "https://e.test"}},
        {"cloud_storage_config": {"bucket": "bucket"}},
        {"enable_exactly_once_delivery": True},
        {"expiration_policy": {"ttl": {"seconds": 86400}}},
        {"message_transforms": [{"javascript_udf": {"function_name": "f", "code": "…"}}]},
        {"bigquery_config": {"table": "p.d.live_events", "use_topic_schema": True}},
    ],
    ids=lambda fields: next(iter(fields)),
)
def test_a_subscription_that_asks_for_what_is_not_offered_is_unimplemented(
    publisher, subscriber, fields
):
    publisher.create_topic(name=TOPIC)
    with pytest.raises(exceptions.MethodNotImplemented, match="does not support"):
        subscriber.create_subscription(request={"name": SUBSCRIPTION, "topic": TOPIC} | fields)


@pytest.mark.parametrize(
    "fields",
    [
        {"schema_settings": {"schema": "projects/p/schemas/order", "encoding": "JSON"}},
        {"kms_key_name": "projects/p/locations/l/keyRings/r/cryptoKeys/k"},
        {"message_storage_policy": {"allowed_persistence_regions": ["europe-west1"]}},
    ],
    ids=lambda fields: next(iter(fields)),
)
def test_a_topic_that_asks_for_what_is_not_offered_is_unimplemented(publisher, fields):
    with pytest.raises(exceptions.MethodNotImplemented, match="does not support"):
        publisher.create_topic(request={"name": TOPIC} | fields)


def test_snapshots_and_schemas_are_unimplemented(publisher, subscriber, subscription):
    schemas = SchemaServiceClient(
        transport=SchemaServiceGrpcTransport(channel=publisher.transport.grpc_channel)
    )
    for call in (
        lambda: subscriber.create_snapshot(name=SNAPSHOT, subscription=subscription),
        lambda: list(publisher.list_topic_snapshots(topic=TOPIC)),
        lambda: subscriber.seek(request={"subscription": subscription, "snapshot": SNAPSHOT}),
        lambda: list(schemas.list_schemas(parent="projects/test-project")),
    ):
        with pytest.raises(exceptions.MethodNotImplemented):
            call()


def test_what_is_said_about_an_earlier_delivery_does_not_touch_a_later_one(
    publisher, subscriber, subscription
):
    def nack(received):
        subscriber.modify_ack_deadline(
            subscription=subscription, ack_ids=[received.ack_id], ack_deadline_seconds=0
        )

    publish(publisher, {"data": b"a"})
    (first,) = pull(subscriber)
    nack(first)
    (second,) = pull(subscriber)
    nack(first)
    assert pull(subscriber) == []
    nack(second)
    assert len(pull(subscriber)) == 1


def test_a_message_that_all_have_acknowledged_soon_takes_no_space(
    server, publisher, subscriber, subscription, eventually
):
    def kept():
        with server.store.read() as connection:
            return connection.execute("select count(*) from pubsub_log").fetchone()[0]

    publish(publisher, {"data": b"a"}, {"data": b"b"})
    received = pull(subscriber)
    assert kept() == 1
    subscriber.acknowledge(subscription=subscription, ack_ids=[m.ack_id for m in received])
    eventually(lambda: kept() == 0)
