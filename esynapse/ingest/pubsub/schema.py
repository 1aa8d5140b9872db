"""The queue's tables, in the same database as the catalog of the lake.

One database, because "these rows are in the lake" and "these messages are acknowledged" must
commit together. A message is stored once; every subscription that still owes it to somebody has a
row in ``pubsub_deliveries``, and the message goes when the last of these goes.
"""

import sqlite3
from pathlib import Path

from esynapse.warehouse import catalog

SCHEMA = """
create table if not exists pubsub_topics (
    topic_id integer primary key autoincrement,
    name     text not null unique,          -- projects/<project>/topics/<topic>
    config   blob not null                  -- google.pubsub.v1.Topic
);
create table if not exists pubsub_subscriptions (
    subscription_id integer primary key autoincrement,
    name     text not null unique,          -- projects/<project>/subscriptions/<subscription>
    topic_id integer,                       -- null once the topic is deleted
    config   blob not null                  -- google.pubsub.v1.Subscription
);
create table if not exists pubsub_sequence (
    only_row        integer primary key check (only_row = 1),
    next_message_id integer not null
);
insert or ignore into pubsub_sequence values (1, 1);
create table if not exists pubsub_messages (
    message_id   integer primary key,       -- grows in the order of commits, never used twice
    topic_id     integer not null,
    published_at integer not null,          -- microseconds since 1970
    ordering_key text not null,
    attributes   text,                      -- a JSON object of strings; null: none
    data         blob not null
);
create table if not exists pubsub_deliveries (
    message_id      integer not null,
    subscription_id integer not null,
    available_at    integer not null,       -- microseconds; 0: never handed out yet
    attempts        integer not null,       -- times handed out
    primary key (message_id, subscription_id)
) without rowid;
create index if not exists pubsub_due
    on pubsub_deliveries (subscription_id, available_at, message_id);
"""


def connect(path: Path) -> sqlite3.Connection:
    """A connection to the database at ``path`` with the queue's tables; see ``catalog.connect``."""
    connection = catalog.connect(path)
    exists = connection.execute("select 1 from sqlite_master where name = 'pubsub_due'").fetchone()
    if not exists:
        connection.executescript(SCHEMA)
    return connection
