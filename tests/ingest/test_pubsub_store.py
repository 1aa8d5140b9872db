"""The store under many publishers at once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from google.pubsub_v1 import types

from esynapse.ingest.pubsub import resources
from esynapse.ingest.pubsub.queue import NewMessage, peek
from esynapse.ingest.pubsub.refusal import RefusalError
from esynapse.ingest.pubsub.store import Store
from esynapse.warehouse.catalog import now_us

TOPIC = "projects/p/topics/orders"
SUBSCRIPTION = "projects/p/subscriptions/orders-reader"


@pytest.fixture
def store(home):
    store = Store(home.catalog)
    with store.write() as connection:
        resources.create_topic(connection, types.Topic.pb()(name=TOPIC))
        resources.create_subscription(
            connection, types.Subscription.pb()(name=SUBSCRIPTION, topic=TOPIC)
        )
    yield store
    store.close()


def waiting(store):
    with store.read() as connection:
        subscription = resources.get_subscription(connection, SUBSCRIPTION)
        return peek(connection, subscription.id, now_us(), limit=100_000, max_bytes=10**9)


def test_publishers_that_share_a_commit_each_get_their_own_ids(store):
    def publish(number):
        messages = [NewMessage(f"{number}-{part}".encode(), None) for part in range(5)]
        return dict(zip(store.publish(TOPIC, messages), (m.data for m in messages), strict=True))

    with ThreadPoolExecutor(8) as pool:
        given = {k: v for answer in pool.map(publish, range(200)) for k, v in answer.items()}
    assert len(given) == 1000
    assert {delivery.message_id: delivery.data for delivery in waiting(store)} == given


def test_a_refused_publish_does_not_spoil_those_it_shares_a_commit_with(store):
    def publish(number):
        topic = TOPIC if number % 2 else f"{TOPIC}-unknown"
        try:
            store.publish(topic, [NewMessage(b"x", None)])
        except RefusalError:
            return 0
        return 1

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(publish, range(100))) == 50
    assert len(waiting(store)) == 50


def test_ids_are_never_used_twice_even_for_messages_nobody_keeps(home, store):
    quiet = "projects/p/topics/quiet"
    with store.write() as connection:
        resources.create_topic(connection, types.Topic.pb()(name=quiet))
    first = store.publish(quiet, [NewMessage(b"x", None)] * 3)
    reopened = Store(home.catalog)
    second = reopened.publish(TOPIC, [NewMessage(b"x", None)])
    reopened.close()
    assert not set(first) & set(second)


def test_a_look_at_the_queue_stays_within_the_bytes_but_always_shows_one(store):
    store.publish(TOPIC, [NewMessage(b"x" * 1000, None)] * 5)
    with store.read() as connection:
        subscription = resources.get_subscription(connection, SUBSCRIPTION)
        for max_bytes, count in ((1, 1), (2500, 2), (10_000, 5)):
            found = peek(connection, subscription.id, now_us(), limit=100, max_bytes=max_bytes)
            assert len(found) == count


def test_deleting_the_last_subscription_leaves_no_message_behind(store):
    store.publish(TOPIC, [NewMessage(b"x", None)] * 5)
    with store.write() as connection:
        resources.delete_subscription(connection, SUBSCRIPTION)
        for table in ("pubsub_messages", "pubsub_deliveries"):
            assert connection.execute(f"select count(*) from {table}").fetchone() == (0,)
