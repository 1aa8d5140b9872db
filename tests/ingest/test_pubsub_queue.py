"""The laws of a queue, over random histories of publishing, taking, settling and waiting."""

import json
import sqlite3
from collections import defaultdict

import pytest
from google.pubsub_v1 import types
from hypothesis import given
from hypothesis import strategies as st

from esynapse.ingest.pubsub import leases, log, retention, schema, subscriptions, topics
from esynapse.ingest.pubsub.taking import take

TOPIC = "projects/p/topics/orders"
SUBSCRIPTION = "projects/p/subscriptions/orders-reader"
SECOND = 1_000_000
ACK_DEADLINE = 10 * SECOND

steps = st.lists(
    st.one_of(
        st.tuples(st.just("publish"), st.lists(st.sampled_from("abc "), min_size=1, max_size=5)),
        st.tuples(st.just("take"), st.integers(1, 6)),
        st.tuples(st.just("acknowledge"), st.lists(st.integers(0, 9), max_size=4)),
        st.tuples(st.just("give back"), st.lists(st.integers(0, 9), max_size=4)),
        st.tuples(st.just("wait"), st.sampled_from([1, 5, 11, 700])),
        st.tuples(st.just("jump back"), st.just(3600)),
        st.tuples(st.just("trim"), st.none()),
    ),
    max_size=40,
)


class Queue:
    """One topic and one subscription in memory, with a clock of its own."""

    def __init__(self, **config):
        self.now = 2_000_000_000 * SECOND
        self.connection = sqlite3.connect(":memory:", isolation_level=None)
        self.connection.executescript(schema.SCHEMA)
        topics.create(self.connection, types.Topic.pb()(name=TOPIC))
        message = types.Subscription(name=SUBSCRIPTION, topic=TOPIC, **config)
        subscriptions.create(self.connection, types.Subscription.pb(message))
        self.keys: dict[int, str] = {}
        self.handed_out: list[log.Delivery] = []
        self.acknowledged: set[int] = set()

    def subscription(self):
        return subscriptions.get(self.connection, SUBSCRIPTION)

    def publish(self, keys):
        messages = [{"data": b"x", "ordering_key": key.strip()} for key in keys]
        request = log.PublishRequest(messages=messages).SerializeToString()
        topic = topics.topic_id(self.connection, TOPIC)
        ids = log.append(self.connection, topic, request, len(keys), self.now)
        self.keys |= dict(zip(ids, (key.strip() for key in keys), strict=True))

    def take(self, limit=1000):
        taken = take(
            self.connection,
            self.subscription(),
            self.now,
            limit=limit,
            max_bytes=10**6,
            span=ACK_DEADLINE,
        )
        self.handed_out += taken
        return taken

    def chosen(self, positions):
        recent = self.handed_out[-10:]
        return [recent[p] for p in positions if p < len(recent)]

    def acknowledge(self, deliveries):
        ids = [d.message_id for d in deliveries]
        leases.acknowledge(self.connection, self.subscription(), ids)
        self.acknowledged |= set(ids)

    def give_back(self, deliveries):
        pairs = [(d.message_id, d.attempt) for d in deliveries]
        leases.give_back(self.connection, self.subscription(), pairs, self.now)

    def do(self, step, argument):
        """One step of a history; what it handed out."""
        if step == "publish":
            self.publish(argument)
        elif step == "take":
            return self.take(argument)
        elif step == "acknowledge":
            self.acknowledge(self.chosen(argument))
        elif step == "give back":
            self.give_back(self.chosen(argument))
        elif step == "wait":
            self.now += argument * SECOND
        elif step == "jump back":
            self.now -= argument * SECOND
        else:
            retention.trim(self.connection, self.now)
        return []

    def drain(self):
        """Take and acknowledge until nothing comes for as long as anything could wait."""
        came, quiet = [], 0
        while quiet < 2:
            taken = self.take()
            self.acknowledge(taken)
            came += taken
            quiet = 0 if taken else quiet + 1
            self.now += 0 if taken else leases.LONGEST
        return came


@given(steps)
def test_every_message_comes_and_none_after_it_was_acknowledged(history):
    queue = Queue()
    for step in history:
        before = set(queue.acknowledged)
        taken = queue.do(*step)
        assert not {d.message_id for d in taken} & before
    unsettled = set(queue.keys) - queue.acknowledged
    assert {d.message_id for d in queue.drain()} == unsettled
    retention.trim(queue.connection, queue.now)
    for table in ("pubsub_log", "pubsub_leases"):
        assert queue.connection.execute(f"select count(*) from {table}").fetchone() == (0,)


@given(steps)
def test_with_ordering_a_key_comes_in_its_order_and_again_from_what_was_given_back(history):
    queue = Queue(enable_message_ordering=True)
    came = defaultdict(list)
    for step in history:
        for delivery in queue.do(*step):
            came[queue.keys[delivery.message_id]].append(delivery.message_id)
    for delivery in queue.drain():
        came[queue.keys[delivery.message_id]].append(delivery.message_id)
    assert {i for ids in came.values() for i in ids} == set(queue.keys)
    for key in set(came) - {""}:
        published = [i for i, k in queue.keys.items() if k == key]
        for earlier, later in zip(came[key], came[key][1:], strict=False):
            follows = published.index(later) - published.index(earlier)
            assert follows <= 1, "a message of the key was left out"


@given(steps, st.integers(1, 20))
def test_no_more_messages_of_a_key_are_out_than_came_together(history, limit):
    queue = Queue(enable_message_ordering=True)
    for step in history:
        taken = queue.do(*step)
        keys = {queue.keys[d.message_id] for d in taken} - {""}
        out = queue.connection.execute(
            "select ordering_key, message_id from pubsub_leases where leased = 1 and settled = 0"
            " and ordering_key in (select value from json_each(?))",
            (json.dumps(sorted(keys)),),
        ).fetchall()
        assert {i for _, i in out} <= {d.message_id for d in taken}


@given(steps)
def test_the_filter_decides_and_what_it_excludes_leaves_nothing_behind(history):
    queue = Queue(filter="attributes:wanted")
    for step in history:
        assert queue.do(*step) == []
    assert queue.drain() == []
    retention.trim(queue.connection, queue.now)
    assert queue.connection.execute("select count(*) from pubsub_log").fetchone() == (0,)


@given(steps, st.integers(-100, 100))
def test_after_a_seek_just_what_was_published_since_comes_again(history, shift):
    queue = Queue(retain_acked_messages=True)
    times = {}
    for step in history:
        if step[0] != "jump back":
            known = set(queue.keys)
            queue.do(*step)
            times |= dict.fromkeys(set(queue.keys) - known, queue.now)
    instant = queue.now + shift * SECOND
    retention.seek(queue.connection, queue.subscription(), instant, queue.now)
    since = {i for i, at in times.items() if at >= instant}
    assert {d.message_id for d in queue.drain()} == since


def test_a_retry_policy_makes_each_next_try_wait_twice_as_long_up_to_its_maximum():
    queue = Queue(
        retry_policy={"minimum_backoff": {"seconds": 2}, "maximum_backoff": {"seconds": 7}}
    )
    queue.publish("a")
    for seconds in (2, 4, 7, 7):
        (delivery,) = queue.take()
        queue.give_back([delivery])
        queue.now += seconds * SECOND - 1
        assert queue.take() == []
        queue.now += 1


def test_a_message_beyond_its_retention_is_dropped_whether_it_was_handed_out_or_not():
    queue = Queue(message_retention_duration={"seconds": 600})
    queue.publish("ab")
    queue.take(1)
    queue.now += 300 * SECOND
    queue.publish("c")
    queue.now += 301 * SECOND
    assert retention.expire(queue.connection, queue.now) == 2
    assert [d.message_id for d in queue.drain()] == [3]


@pytest.mark.parametrize("jump", [-3600, 3600])
def test_a_lease_does_not_last_longer_because_the_clock_jumps(jump):
    queue = Queue()
    queue.publish("a")
    queue.take()
    queue.now += jump * SECOND
    assert len(queue.take()) == 1
