"""The store under many publishers at once, and what it keeps on the disk."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from google.pubsub_v1 import types

from esynapse.ingest.pubsub import log, retention, subscriptions, topics
from esynapse.ingest.pubsub.refusal import RefusalError
from esynapse.ingest.pubsub.store import Store
from esynapse.warehouse.catalog import now_us

TOPIC = "projects/p/topics/orders"
SUBSCRIPTION = "projects/p/subscriptions/orders-reader"


@pytest.fixture
def store(home):
    store = Store(home.catalog)
    with store.write() as connection:
        topics.create(connection, types.Topic.pb()(name=TOPIC))
        subscriptions.create(connection, types.Subscription.pb()(name=SUBSCRIPTION, topic=TOPIC))
    yield store
    store.close()


def publish(store, *bodies, topic=TOPIC):
    request = log.PublishRequest(messages=[{"data": body} for body in bodies])
    return store.publish(topic, request.SerializeToString(), len(bodies))


def waiting(store, *, limit=100_000, max_bytes=10**9):
    with store.read() as connection:
        subscription = subscriptions.get(connection, SUBSCRIPTION)
        return list(
            log.read(
                connection,
                subscription.topic_id,
                subscription.position,
                limit=limit,
                max_bytes=max_bytes,
            )
        )


def entries(store):
    with store.read() as connection:
        (count,) = connection.execute("select count(*) from pubsub_log").fetchone()
    return count


def test_publishers_that_share_a_commit_each_get_their_own_ids(store):
    def publish_five(number):
        bodies = [f"{number}-{part}".encode() for part in range(5)]
        return dict(zip(publish(store, *bodies), bodies, strict=True))

    with ThreadPoolExecutor(8) as pool:
        given = {k: v for answer in pool.map(publish_five, range(200)) for k, v in answer.items()}
    assert len(given) == 1000
    assert {delivery.message_id: delivery.message.data for delivery in waiting(store)} == given


def test_a_refused_publish_does_not_spoil_those_it_shares_a_commit_with(store):
    def publish_one(number):
        try:
            publish(store, b"x", topic=TOPIC if number % 2 else f"{TOPIC}-unknown")
        except RefusalError:
            return 0
        return 1

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(publish_one, range(100))) == 50
    assert len(waiting(store)) == 50


def test_ids_are_never_used_twice_even_for_messages_nobody_keeps(home, store):
    quiet = "projects/p/topics/quiet"
    with store.write() as connection:
        topics.create(connection, types.Topic.pb()(name=quiet))
    first = publish(store, b"x", b"y", b"z", topic=quiet)
    reopened = Store(home.catalog)
    second = publish(reopened, b"x")
    reopened.close()
    assert not set(first) & set(second)
    assert entries(store) == 1


def test_reading_the_log_stays_within_the_bytes_but_always_shows_one(store):
    publish(store, *[b"x" * 1000] * 5)
    for max_bytes, count in ((1, 1), (2500, 2), (10_000, 5)):
        assert len(waiting(store, max_bytes=max_bytes)) == count


def test_reading_begins_in_the_middle_of_a_publish(store):
    ids = publish(store, b"a", b"b", b"c")
    with store.write() as connection:
        subscription = subscriptions.get(connection, SUBSCRIPTION)
        subscriptions.set_position(connection, subscription.id, ids[1])
    assert [delivery.message.data for delivery in waiting(store)] == [b"b", b"c"]


def test_letters_are_stored_in_publishes_no_larger_than_the_limits(store):
    messages = [types.PubsubMessage.pb()(data=b"x" * 4_000_000) for _ in range(3)]
    messages += [types.PubsubMessage.pb()(data=b"y") for _ in range(1500)]
    with store.write() as connection:
        log.append_messages(connection, topics.topic_id(connection, TOPIC), messages, now_us())
        sizes = connection.execute("select last_id - first_id + 1 from pubsub_log").fetchall()
    assert [size for (size,) in sizes] == [2, 1000, 501]
    assert [delivery.message for delivery in waiting(store)] == messages


def test_deleting_the_last_subscription_leaves_no_message_behind(store):
    publish(store, *[b"x"] * 5)
    with store.write() as connection:
        retention.trim(connection, now_us())
    assert entries(store) == 1
    with store.write() as connection:
        subscriptions.delete(connection, SUBSCRIPTION)
        retention.trim(connection, now_us())
    assert entries(store) == 0
