"""From the publisher into the lake: exactly what was sent, and a reason for what was not."""

import json
import shutil
import time

import pytest
from google.pubsub_v1 import types

from esynapse.errors import EsynapseError
from esynapse.events import EVENT_SCHEMA
from esynapse.ingest.publisher import Publisher
from esynapse.ingest.pubsub import backlog
from esynapse.provision import provision
from esynapse.settings import Settings
from esynapse.warehouse.lake import Lake

pytestmark = pytest.mark.slow

REASON = "CloudPubSubDeadLetterSourceDeliveryErrorMessage"


def landed(home):
    return Lake(home).query(
        f"select {', '.join(EVENT_SCHEMA.names)} from live_events order by event_timestamp"
    )


def dead_letters(home):
    return Lake(home).query("select * from dead_letter_events order by message_id").to_pylist()


def test_what_is_published_is_in_the_lake_once_and_unchanged(
    home, server, settings, events, eventually
):
    provision(settings)
    table = events(5000)
    with Publisher(settings) as publisher:
        publisher.publish(table)
        publisher.flush()
        assert publisher.published == 5000
    eventually(lambda: backlog(home).undelivered == 0)
    assert landed(home).equals(table.sort_by("event_timestamp"))
    assert backlog(home).oldest_unacked_seconds == 0
    assert dead_letters(home) == []


MISFITS = {
    b"not json": "not JSON",
    b'{"event_id":"a"}': "field event_timestamp is missing",
    b'{"event_timestamp":0,"quantity":"many"}': 'field quantity: "many" is no integer',
    b'{"event_timestamp":0,"colour":"red"}': 'unknown field "colour"',
    b'{"event_id":"\xff"}': "not UTF-8",
}


def test_a_message_that_does_not_fit_becomes_a_dead_letter_with_its_bytes_and_the_reason(
    home, server, settings, events, eventually
):
    provision(settings)
    good = events(10)
    with Publisher(settings) as publisher:
        publisher.publish(good)
        for data in MISFITS:
            publisher.publish_raw([data], origin="till 7")
    eventually(lambda: len(dead_letters(home)) == 5 and backlog(home).undelivered == 0)
    assert landed(home).num_rows == 10
    letters = dead_letters(home)
    assert {letter["data"] for letter in letters} == set(MISFITS)
    for letter in letters:
        assert letter["subscription_name"].endswith("/live-events-dead-letter-to-warehouse")
        attributes = json.loads(letter["attributes"])
        assert MISFITS[letter["data"]] in attributes[REASON]
        assert attributes["origin"] == "till 7"
        assert attributes["CloudPubSubDeadLetterSourceSubscription"] == settings.subscription
        assert attributes["CloudPubSubDeadLetterSourceDeliveryCount"] == "1"


def test_without_a_dead_letter_topic_a_misfit_waits_and_the_others_land(
    home, server, settings, publisher, subscriber, events, eventually
):
    topic = publisher.topic_path(settings.project, settings.topic)
    publisher.create_topic(name=topic)
    table = types.BigQueryConfig(table="p.d.live_events", use_table_schema=True)
    subscriber.create_subscription(
        request=types.Subscription(
            name=f"projects/{settings.project}/subscriptions/plain",
            topic=topic,
            bigquery_config=table,
        )
    )
    with Publisher(settings) as sender:
        sender.publish_raw([b"never fits"])
        sender.publish(events(3))
    eventually(lambda: backlog(home).undelivered == 1)
    assert landed(home).num_rows == 3


def test_while_the_lake_cannot_be_written_messages_wait_and_then_land_once(
    home, server, settings, events, eventually, caplog
):
    provision(settings)
    shutil.rmtree(home.lake)
    home.lake.write_text("in the way")
    with Publisher(settings) as publisher:
        publisher.publish(events(100))
    eventually(lambda: "delivery failed, nothing is lost" in caplog.text)
    assert backlog(home).undelivered == 100
    assert backlog(home).oldest_unacked_seconds > 0
    assert "Traceback" not in caplog.text
    home.lake.unlink()
    eventually(lambda: backlog(home).undelivered == 0)
    assert landed(home).num_rows == 100


def test_the_server_itself_delivers_a_bigquery_subscription_so_nobody_else_can_pull_it(
    server, settings, subscriber
):
    provision(settings)
    path = subscriber.subscription_path(settings.project, settings.subscription)
    with pytest.raises(Exception, match="not supported for this subscription type"):
        subscriber.pull(subscription=path, max_messages=1)


def test_publishing_before_provisioning_says_what_to_do(server, settings, events):
    with pytest.raises(EsynapseError, match=r"3 messages were not accepted.*esynapse provision"):  # noqa: SIM117
        with Publisher(settings) as publisher:
            publisher.publish(events(3))


def test_a_server_that_is_not_there_is_one_clear_line(settings: Settings, events):
    publisher = Publisher(settings, deadline=1.0)
    publisher.publish(events(2))
    with pytest.raises(EsynapseError, match=r"does not answer\. Is it running") as raised:
        publisher.flush()
    assert "\n" not in str(raised.value)
    with publisher:
        publisher.flush()


def test_a_message_beyond_the_service_is_refused_before_it_is_sent(server, settings):
    provision(settings)
    with Publisher(settings) as publisher, pytest.raises(EsynapseError, match="too large"):
        publisher.publish_raw([b"x" * 10_000_001])


def test_an_idle_server_rests(server, settings):
    provision(settings)
    time.sleep(0.5)
    began, used = time.monotonic(), time.process_time()
    time.sleep(2.0)
    assert (time.process_time() - used) / (time.monotonic() - began) < 0.02
