"""Dead letters: messages that a subscription gives up on move to its dead-letter topic.

The bytes and the attributes are kept; attributes beginning with CloudPubSubDeadLetterSource are
added, as https://cloud.google.com/pubsub/docs/handling-failures#dead_letter_topic describes.
"""

import logging
import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from google.pubsub_v1 import types

from esynapse.ingest.pubsub import log as message_log
from esynapse.ingest.pubsub.log import Delivery
from esynapse.ingest.pubsub.subscriptions import Subscription
from esynapse.warehouse.catalog import now_us
from esynapse.warehouse.dead_letters import REASON_ATTRIBUTE

PREFIX = "CloudPubSubDeadLetterSource"

PubsubMessage = types.PubsubMessage.pb()

log = logging.getLogger(__name__)


def forward(
    connection: sqlite3.Connection,
    subscription: Subscription,
    failed: Sequence[tuple[Delivery, str | None]],
) -> bool:
    """Append (delivery, reason) pairs to the dead-letter topic, in the caller's transaction, who
    settles them.

    Returns:
        False, with nothing done, if there is no dead-letter topic to move them to.
    """
    target = _topic_id(connection, subscription)
    if target is None:
        return False
    letters = [_letter(subscription, delivery, reason) for delivery, reason in failed]
    message_log.append_messages(connection, target, letters, now_us())
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


def _letter(subscription: Subscription, delivery: Delivery, reason: str | None) -> Any:
    _, project, _, name = subscription.name.split("/")
    published = datetime.fromtimestamp(delivery.published_at / 1e6, UTC)
    letter = PubsubMessage()
    letter.CopyFrom(delivery.message)
    letter.attributes.update(
        {
            f"{PREFIX}DeliveryCount": str(delivery.attempt),
            f"{PREFIX}Subscription": name,
            f"{PREFIX}SubscriptionProject": project,
            f"{PREFIX}TopicPublishTime": published.isoformat(timespec="milliseconds"),
        }
    )
    if reason is not None:
        letter.attributes[REASON_ATTRIBUTE] = reason
    return letter
