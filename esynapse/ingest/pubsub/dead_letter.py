"""Dead letters: messages that a subscription gives up on move to its dead-letter topic.

The bytes and the attributes are kept; attributes beginning with CloudPubSubDeadLetterSource are
added, as https://cloud.google.com/pubsub/docs/handling-failures#dead_letter_topic describes.
"""

import json
import logging
import sqlite3
from collections.abc import Iterable
from datetime import UTC, datetime

from esynapse.ingest.pubsub import queue
from esynapse.ingest.pubsub.queue import Delivery, NewMessage
from esynapse.ingest.pubsub.resources import Subscription
from esynapse.warehouse.catalog import now_us

PREFIX = "CloudPubSubDeadLetterSource"
REASON_ATTRIBUTE = f"{PREFIX}DeliveryErrorMessage"
"""Why a BigQuery subscription could not write the message."""

log = logging.getLogger(__name__)


def forward(
    connection: sqlite3.Connection,
    subscription: Subscription,
    failed: Iterable[tuple[Delivery, str | None]],
) -> bool:
    """Move (delivery, reason) pairs to the dead-letter topic, in the caller's transaction.

    Returns:
        False, with nothing done, if there is no dead-letter topic to move them to.
    """
    target = _topic_id(connection, subscription)
    if target is None:
        return False
    failed = list(failed)
    letters = [_letter(subscription, delivery, reason) for delivery, reason in failed]
    queue.append(connection, target, letters, now_us())
    queue.acknowledge(connection, subscription.id, [d.message_id for d, _ in failed])
    return True


def _topic_id(connection: sqlite3.Connection, subscription: Subscription) -> int | None:
    if subscription.max_attempts is None:
        return None
    name = subscription.config.dead_letter_policy.dead_letter_topic
    found = connection.execute(
        "select topic_id from pubsub_topics where name = ?", (name,)
    ).fetchone()
    if found is None:
        log.warning("%s: dead-letter topic %s does not exist", subscription.name, name)
        return None
    return int(found[0])


def _letter(subscription: Subscription, delivery: Delivery, reason: str | None) -> NewMessage:
    _, project, _, name = subscription.name.split("/")
    published = datetime.fromtimestamp(delivery.published_at / 1e6, UTC)
    attributes = json.loads(delivery.attributes or "{}") | {
        f"{PREFIX}DeliveryCount": str(delivery.attempt),
        f"{PREFIX}Subscription": name,
        f"{PREFIX}SubscriptionProject": project,
        f"{PREFIX}TopicPublishTime": published.isoformat(timespec="milliseconds"),
    }
    if reason is not None:
        attributes[REASON_ATTRIBUTE] = reason
    text = json.dumps(attributes, ensure_ascii=False)
    return NewMessage(delivery.data, text, delivery.ordering_key)
