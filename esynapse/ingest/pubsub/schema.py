"""The queue's tables, in the same database as the catalog of the lake.

One database, because "these rows are in the lake" and "these messages are settled" must commit
together. A topic is a log of publishes. A subscription is a position in it, which most messages
never leave a trace beyond: those before it are settled, but for the few that stand in
``pubsub_leases``, and those from it on were never handed out.
"""

import sqlite3
from pathlib import Path

from esynapse.warehouse import catalog

SCHEMA = """
create table if not exists pubsub_topics (
    topic_id     integer primary key autoincrement,
    name         text not null unique,      -- projects/<project>/topics/<topic>
    config       blob not null,             -- google.pubsub.v1.Topic
    retention_us integer not null,          -- messages stay so long, settled or not
    published    integer not null default 0 -- messages accepted since it was created
);
create table if not exists pubsub_subscriptions (
    subscription_id integer primary key autoincrement,
    name         text not null unique,      -- projects/<project>/subscriptions/<subscription>
    topic_id     integer not null,          -- also of a topic deleted since
    config       blob not null,             -- google.pubsub.v1.Subscription
    retention_us integer not null,          -- messages wait so long to be settled
    retain_acked integer not null,          -- 1: and stay so long when they are
    position     integer not null,          -- the first message never handed out
    delivered    integer not null default 0 -- messages acknowledged or written to the table
);
create table if not exists pubsub_sequence (
    only_row        integer primary key check (only_row = 1),
    next_message_id integer not null
);
insert or ignore into pubsub_sequence values (1, 1);
create table if not exists pubsub_log (
    last_id      integer primary key,       -- ids grow in the order of commits, never used twice
    first_id     integer not null,          -- a publish of n messages has n ids
    topic_id     integer not null,
    published_at integer not null,          -- microseconds since 1970
    request      blob not null              -- google.pubsub.v1.PublishRequest
);
create index if not exists pubsub_log_of_topic
    on pubsub_log (topic_id, last_id, first_id, published_at);
create table if not exists pubsub_leases (
    subscription_id integer not null,
    message_id   integer not null,
    attempts     integer not null,          -- times handed out
    leased       integer not null,          -- 1: in a subscriber's hands until available_at
    settled      integer not null,          -- 1: acknowledged, but an earlier one of its key is not
    available_at integer not null,          -- microseconds since 1970
    ordering_key text not null,             -- '' unless the subscription keeps order
    primary key (subscription_id, message_id)
) without rowid;
create index if not exists pubsub_due
    on pubsub_leases (subscription_id, leased, available_at, message_id) where settled = 0;
create index if not exists pubsub_keys
    on pubsub_leases (subscription_id, ordering_key, message_id) where ordering_key <> '';
"""


def connect(path: Path) -> sqlite3.Connection:
    """A connection to the database at ``path`` with the queue's tables; see ``catalog.connect``."""
    connection = catalog.connect(path)
    exists = connection.execute("select 1 from sqlite_master where name = 'pubsub_keys'").fetchone()
    if not exists:
        connection.executescript(SCHEMA)
    return connection
