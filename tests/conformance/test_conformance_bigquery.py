"""BigQuery subscriptions."""

import json
import uuid

import pytest
from google.api_core import exceptions
from google.pubsub_v1 import types

from tests.conformance.behaviours import DOCS, RPC, behaviour
from tests.conformance.service import eventually

PAGE = f"{DOCS}bigquery"
CONFIG = f"{RPC}BigQueryConfig"
PREFIX = "CloudPubSubDeadLetterSource"

UNCHECKED = "does not look at the table"
UNWRITTEN = "writes nothing"


def table(service, name="live_events", **config):
    return {"table": f"{service.project}.esynapse.{name}"} | config


def event(service, **fields):
    """A message that fits live_events."""
    whole = {
        "event_id": uuid.uuid4().hex,
        "event_timestamp": 1_709_294_400_000_000,
        "event_type": "view_item",
        "user_id": service.project,
        "on_sale": False,
        "sale_price": 9.5,
    }
    return json.dumps(whole | fields).encode()


def with_letters(service, topic, **config):
    """A subscription to live_events with a dead-letter topic, and the reader of that."""
    letters = service.topic("letters")
    reader = service.subscription(letters, "letter-reader")
    service.subscription(
        topic,
        bigquery_config=table(service, use_table_schema=True, **config),
        dead_letter_policy={"dead_letter_topic": letters, "max_delivery_attempts": 5},
    )
    return reader


@behaviour(CONFIG, emulator="keeps the configuration, without a state")
def test_a_bigquery_subscription_is_active_as_it_was_created(service, topic):
    config = table(service, use_table_schema=True, drop_unknown_fields=True)
    found = service.read(service.subscription(topic, bigquery_config=config)).bigquery_config
    assert found.table == config["table"]
    assert found.use_table_schema
    assert found.drop_unknown_fields
    assert found.state == types.BigQueryConfig.State.ACTIVE


@behaviour(f"{DOCS}create-bigquery-subscription", emulator=UNCHECKED)
def test_a_bigquery_subscription_to_a_table_that_is_not_there_is_refused(service, topic):
    with pytest.raises(exceptions.NotFound):
        service.subscription(
            topic, bigquery_config=table(service, "no_such_table", use_table_schema=True)
        )


@behaviour(PAGE, emulator=UNCHECKED)
def test_without_a_schema_the_table_needs_a_column_for_the_data(service, topic):
    with pytest.raises(exceptions.InvalidArgument):
        service.subscription(topic, bigquery_config=table(service))


@behaviour(CONFIG, emulator="accepts both")
def test_the_schemas_of_topic_and_table_are_not_used_together(service, topic):
    config = table(service, use_table_schema=True, use_topic_schema=True)
    with pytest.raises(exceptions.InvalidArgument):
        service.subscription(topic, bigquery_config=config)


@behaviour(f"{RPC}Subscription", emulator="accepts both")
def test_a_subscription_is_not_delivered_to_bigquery_and_pushed(service, topic):
    with pytest.raises(exceptions.InvalidArgument):
        service.subscription(
            topic,
            bigquery_config=table(service, use_table_schema=True),
            push_config={"push_endpoint": "http://127.0.0.1:9/"},
        )


@behaviour(f"{DOCS}reference/error-codes", emulator="is pulled like any other")
def test_a_bigquery_subscription_cannot_be_pulled(service, topic):
    config = table(service, use_table_schema=True)
    subscription = service.subscription(topic, bigquery_config=config)
    with pytest.raises(exceptions.FailedPrecondition):
        service.pull(subscription)


@behaviour(PAGE, emulator=UNWRITTEN)
def test_with_the_schema_of_the_table_fields_become_columns(service, topic):
    service.subscription(topic, bigquery_config=table(service, use_table_schema=True))
    service.publish(topic, event(service, event_id="e1"), event(service, event_id="e2"))
    eventually(lambda: len(service.rows("live_events")) == 2)
    rows = sorted(service.rows("live_events"), key=lambda row: row["event_id"])
    assert [row["event_id"] for row in rows] == ["e1", "e2"]
    assert rows[0]["event_timestamp"].isoformat() == "2024-03-01T12:00:00+00:00"
    assert (rows[0]["sale_price"], rows[0]["on_sale"]) == (9.5, False)
    assert rows[0]["product_id"] is None


@behaviour(CONFIG, emulator=UNWRITTEN)
def test_a_message_with_an_unknown_field_is_not_written(service, topic):
    reader = with_letters(service, topic)
    service.publish(topic, event(service, colour="red"), event(service, event_id="plain"))
    eventually(lambda: service.rows("live_events"))
    service.receive(reader)
    assert [row["event_id"] for row in service.rows("live_events")] == ["plain"]


@behaviour(CONFIG, emulator=UNWRITTEN)
def test_unknown_fields_are_dropped_on_request(service, topic):
    config = table(service, use_table_schema=True, drop_unknown_fields=True)
    service.subscription(topic, bigquery_config=config)
    service.publish(topic, event(service, event_id="red", colour="red"))
    eventually(lambda: service.rows("live_events"))
    assert [row["event_id"] for row in service.rows("live_events")] == ["red"]


@behaviour(f"{PAGE}#write_metadata", emulator=UNWRITTEN)
def test_metadata_is_written_on_request(service, topic):
    subscription = service.subscription(
        topic, bigquery_config=table(service, "dead_letter_events", write_metadata=True)
    )
    (given,) = service.publish(topic, {"data": b"\x00raw", "attributes": {"kind": "order"}})
    eventually(lambda: service.rows("dead_letter_events"))
    (row,) = service.rows("dead_letter_events")
    assert row["subscription_name"] == subscription
    assert row["message_id"] == given
    assert row["data"] == b"\x00raw"
    assert json.loads(row["attributes"]) == {"kind": "order"}
    assert row["publish_time"].tzinfo is not None


@behaviour(CONFIG, emulator=UNWRITTEN)
def test_the_ordering_key_stands_among_the_attributes_of_the_metadata(service, topic):
    service.subscription(
        topic, bigquery_config=table(service, "dead_letter_events", write_metadata=True)
    )
    service.publish(
        topic, {"data": b"x", "attributes": {"kind": "order"}, "ordering_key": "customer-7"}
    )
    eventually(lambda: service.rows("dead_letter_events"))
    (row,) = service.rows("dead_letter_events")
    assert set(json.loads(row["attributes"]).values()) == {"order", "customer-7"}


@behaviour(PAGE, emulator=UNWRITTEN)
def test_a_bigquery_subscription_writes_only_what_its_filter_lets_through(service, topic):
    service.subscription(
        topic,
        bigquery_config=table(service, use_table_schema=True),
        filter='attributes.kind = "order"',
    )
    messages = [
        {"data": event(service, event_id=kind), "attributes": {"kind": kind}}
        for kind in ("refund", "order")
    ]
    service.publish(topic, *messages)
    eventually(lambda: service.rows("live_events"))
    assert [row["event_id"] for row in service.rows("live_events")] == ["order"]


@behaviour(f"{PAGE}#handle_message_failures", emulator=UNWRITTEN)
def test_a_message_that_does_not_fit_goes_to_the_dead_letter_topic_with_the_reason(service, topic):
    reader = with_letters(service, topic)
    service.publish(topic, {"data": event(service, quantity="many"), "attributes": {"n": "1"}})
    service.publish(topic, event(service))
    eventually(lambda: service.rows("live_events"))
    (letter,) = service.receive(reader)
    assert letter.message.attributes["n"] == "1"
    assert "quantity" in letter.message.attributes[f"{PREFIX}DeliveryErrorMessage"]


@behaviour(
    PAGE,
    ours="dead-letters it after the first attempt: a message that does not fit never will",
    emulator=UNWRITTEN,
)
def test_a_message_that_does_not_fit_is_tried_max_delivery_attempts_times(service, topic):
    reader = with_letters(service, topic)
    service.publish(topic, event(service, quantity="many"), event(service))
    eventually(lambda: service.rows("live_events"))
    (letter,) = service.receive(reader)
    assert letter.message.attributes[f"{PREFIX}DeliveryCount"] == "5"
