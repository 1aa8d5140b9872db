"""What a subscription may ask for: its policies, checked, with the service's defaults filled in.

https://cloud.google.com/pubsub/docs/subscription-properties
"""

from typing import Any

from google.pubsub_v1 import types

from esynapse.ingest.pubsub.filters import parse_filter
from esynapse.ingest.pubsub.lake_table import check_bigquery_config
from esynapse.ingest.pubsub.limits import (
    MAX_DELIVERY_ATTEMPTS,
    MIN_ACK_SECONDS,
    MIN_DELIVERY_ATTEMPTS,
    check_ack_seconds,
    check_name,
    check_supported,
)
from esynapse.ingest.pubsub.refusal import invalid, unsupported

MIN_RETENTION_SECONDS, MAX_RETENTION_SECONDS = 600, 31 * 24 * 3600
DEFAULT_RETENTION_SECONDS = 7 * 24 * 3600
DEFAULT_BACKOFF_SECONDS = (10, 600)
MAX_BACKOFF_SECONDS = 600

_FIELDS = frozenset(
    {
        "ack_deadline_seconds",
        "bigquery_config",
        "dead_letter_policy",
        "detached",
        "enable_message_ordering",
        "expiration_policy",
        "filter",
        "labels",
        "message_retention_duration",
        "name",
        "retain_acked_messages",
        "retry_policy",
        "state",
        "topic",
    }
)


def complete(config: Any) -> None:
    """Check a google.pubsub.v1.Subscription and fill in the service's defaults.

    Raises:
        RefusalError: it asks for what is out of bounds or not offered here.
    """
    if not config.push_config.ListFields():
        config.ClearField("push_config")
    config.ClearField("topic_message_retention_duration")
    if config.HasField("push_config") and config.HasField("bigquery_config"):
        raise invalid("A subscription has a push_config or a bigquery_config, not both.")
    check_supported(config, _FIELDS)
    if config.expiration_policy.HasField("ttl"):
        raise unsupported("subscriptions that expire (expiration_policy.ttl)")
    config.ack_deadline_seconds = config.ack_deadline_seconds or MIN_ACK_SECONDS
    check_ack_seconds(config.ack_deadline_seconds)
    if not config.HasField("message_retention_duration"):
        config.message_retention_duration.seconds = DEFAULT_RETENTION_SECONDS
    check_retention(config.message_retention_duration)
    if config.filter:
        parse_filter(config.filter)
    config.state = types.Subscription.State.ACTIVE
    if config.HasField("bigquery_config"):
        check_bigquery_config(config.bigquery_config)
        config.bigquery_config.state = types.BigQueryConfig.State.ACTIVE
    if config.HasField("dead_letter_policy"):
        _complete_dead_letter(config.dead_letter_policy)
    if config.HasField("retry_policy"):
        _complete_retry(config.retry_policy)


def check_retention(duration: Any) -> None:
    """Refuse a retention beyond 10 minutes to 31 days."""
    seconds = duration.ToSeconds()
    if not MIN_RETENTION_SECONDS <= seconds <= MAX_RETENTION_SECONDS:
        raise invalid(
            f"Invalid message_retention_duration: {seconds} seconds. It must be between "
            f"{MIN_RETENTION_SECONDS} and {MAX_RETENTION_SECONDS} seconds."
        )


def _complete_dead_letter(policy: Any) -> None:
    check_name(policy.dead_letter_topic, "topics")
    policy.max_delivery_attempts = policy.max_delivery_attempts or MIN_DELIVERY_ATTEMPTS
    if not MIN_DELIVERY_ATTEMPTS <= policy.max_delivery_attempts <= MAX_DELIVERY_ATTEMPTS:
        raise invalid(
            f"Invalid max_delivery_attempts: {policy.max_delivery_attempts}. It must be "
            f"between {MIN_DELIVERY_ATTEMPTS} and {MAX_DELIVERY_ATTEMPTS}."
        )


def _complete_retry(policy: Any) -> None:
    shortest, longest = DEFAULT_BACKOFF_SECONDS
    if not policy.HasField("minimum_backoff"):
        policy.minimum_backoff.seconds = shortest
    if not policy.HasField("maximum_backoff"):
        policy.maximum_backoff.seconds = longest
    low, high = policy.minimum_backoff.ToMicroseconds(), policy.maximum_backoff.ToMicroseconds()
    if not 0 <= low <= high <= MAX_BACKOFF_SECONDS * 1_000_000:
        raise invalid(
            f"Invalid retry_policy: minimum_backoff {low / 1e6:g} s and maximum_backoff "
            f"{high / 1e6:g} s. They must be between 0 and {MAX_BACKOFF_SECONDS} seconds, and the "
            "minimum no larger than the maximum."
        )
