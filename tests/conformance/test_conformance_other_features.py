"""Push, snapshots, schemas, exactly-once delivery, expiration."""

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from google.api_core import exceptions
from google.pubsub_v1 import SchemaServiceClient
from google.pubsub_v1.services.schema_service.transports import SchemaServiceGrpcTransport

from tests.conformance.behaviours import DOCS, RPC, behaviour
from tests.conformance.service import bodies, eventually

DAY = 86400
UNIMPLEMENTED = "answers UNIMPLEMENTED"


@pytest.fixture
def endpoint_calls():
    """An HTTP endpoint that accepts whatever it is sent: its address, and what came."""
    came = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            came.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        listener = threading.Thread(target=server.serve_forever)
        listener.start()
        yield f"http://127.0.0.1:{server.server_port}/", came
        server.shutdown()
        listener.join()


def create_snapshot(service, subscription):
    name = f"projects/{service.project}/snapshots/snapshot"
    request = {"name": name, "subscription": subscription}
    return service.subscriber.create_snapshot(request=request).name


@behaviour(f"{DOCS}push", ours=UNIMPLEMENTED)
def test_a_push_subscription_calls_its_endpoint(service, topic, endpoint_calls):
    address, calls = endpoint_calls
    subscription = service.subscription(topic, push_config={"push_endpoint": address})
    service.publish(topic, {"data": b"x", "attributes": {"kind": "order"}})
    eventually(lambda: calls)
    assert calls[0]["subscription"] == subscription
    assert calls[0]["message"]["data"] == "eA=="
    assert calls[0]["message"]["attributes"] == {"kind": "order"}


@behaviour(f"{DOCS}replay-overview#seek_to_a_snapshot", ours=UNIMPLEMENTED)
def test_seeking_to_a_snapshot_brings_what_was_unacknowledged_then(service, topic):
    subscription = service.subscription(topic)
    service.publish(topic, b"x")
    snapshot = create_snapshot(service, subscription)
    service.acknowledge(subscription, service.receive(subscription))
    service.subscriber.seek(request={"subscription": subscription, "snapshot": snapshot})
    assert bodies(service.receive(subscription)) == [b"x"]


@behaviour(f"{DOCS}schemas", ours=UNIMPLEMENTED)
def test_a_topic_with_a_schema_refuses_messages_that_break_it(service):
    channel = service.publisher.transport.grpc_channel
    client = SchemaServiceClient(transport=SchemaServiceGrpcTransport(channel=channel))
    definition = {
        "type": "record",
        "name": "Order",
        "fields": [{"name": "id", "type": "string"}],
    }
    schema = client.create_schema(
        request={
            "parent": f"projects/{service.project}",
            "schema_id": "order",
            "schema": {"type_": "AVRO", "definition": json.dumps(definition)},
        }
    )
    topic = service.topic(schema_settings={"schema": schema.name, "encoding": "JSON"})
    service.publish(topic, b'{"id": "a"}')
    with pytest.raises(exceptions.InvalidArgument):
        service.publish(topic, b'{"colour": "red"}')


@behaviour(f"{DOCS}exactly-once-delivery", ours=UNIMPLEMENTED)
def test_with_exactly_once_delivery_a_late_acknowledgement_fails(service, topic):
    subscription = service.subscription(topic, enable_exactly_once_delivery=True)
    service.publish(topic, b"x")
    received = service.receive(subscription)
    service.set_deadline(subscription, received, 1)
    service.receive(subscription)
    with pytest.raises(exceptions.InvalidArgument):
        service.acknowledge(subscription, received)


@behaviour(f"{RPC}ExpirationPolicy", ours="subscriptions never expire; a ttl is UNIMPLEMENTED")
def test_a_subscription_may_expire_after_a_time_without_use(service, topic):
    subscription = service.subscription(topic, expiration_policy={"ttl": {"seconds": DAY}})
    assert service.read(subscription).expiration_policy.ttl.total_seconds() == DAY


@behaviour(
    f"{RPC}Subscription", ours="subscriptions never expire", emulator="sets no expiration policy"
)
def test_a_subscription_expires_after_31_days_unless_told_otherwise(service, topic):
    subscription = service.subscription(topic)
    assert service.read(subscription).expiration_policy.ttl.total_seconds() == 31 * DAY
