"""The declaration: everything that the pipeline needs, in the order in which it is created.

live topic → BigQuery subscription → live_events
               ↓ what does not fit
dead-letter topic → BigQuery subscription → dead_letter_events
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from esynapse.settings import Settings
from esynapse.warehouse.bigquery.columns import columns
from esynapse.warehouse.bigquery.names import Names
from esynapse.warehouse.raw_tables import CATALOG_TABLES, RAW_TABLES

Kind = Literal[
    "API", "service account", "dataset", "table", "bucket", "topic", "subscription", "grant"
]

APIS = (
    "bigquery.googleapis.com",
    "bigquerystorage.googleapis.com",
    "pubsub.googleapis.com",
    "iam.googleapis.com",
    "cloudresourcemanager.googleapis.com",
    "artifactregistry.googleapis.com",
    "cloudbuild.googleapis.com",
    "secretmanager.googleapis.com",
    "run.googleapis.com",
    "storage.googleapis.com",
)
DATASET_ENDINGS = ("", "_staging", "_intermediate", "_marts", "_semantic", "_published")
"""Of the raw tables, of dbt's schemas, and of what readers read."""

MAX_DELIVERY_ATTEMPTS = 5
MINIMUM_BACKOFF_SECONDS, MAXIMUM_BACKOFF_SECONDS = 10, 600

PUBSUB_AGENT = "serviceAccount:service-PROJECT_NUMBER@gcp-sa-pubsub.iam.gserviceaccount.com"
"""The account as which Pub/Sub itself acts; whose number it is, only the project knows."""
PROJECT_ROLES = ("roles/bigquery.jobUser", "roles/bigquery.readSessionUser")
"""To run jobs, and to read through the Storage API. Jobs and read sessions belong to the project,
so neither role can be granted on anything smaller. Nothing else is granted on the project."""


@dataclass(frozen=True)
class Resource:
    """One thing that must be there."""

    kind: Kind
    name: str
    """In full, as the service writes it."""
    properties: Mapping[str, Any] = field(default_factory=dict)
    """As plain JSON. What is not named may be as it is."""


def resources(settings: Settings) -> tuple[Resource, ...]:
    """All that the target needs, what others need first."""
    if settings.target == "local":
        return (*_topics(settings), *_subscriptions(settings))
    return (
        *(Resource("API", name) for name in APIS),
        Resource("service account", pipeline_account(settings)),
        *(
            Resource("dataset", name, {"location": settings.location})
            for name in dataset_names(settings)
        ),
        *_tables(settings),
        Resource("bucket", shop_bucket(settings), _bucket_properties(settings)),
        *_topics(settings),
        *_grants_to_pubsub(settings),
        *_subscriptions(settings),
        *_grants_to_pipeline(settings),
    )


def dataset_names(settings: Settings) -> list[str]:
    """``project.dataset``: the one of the raw tables first."""
    return [f"{Names.of(settings).raw}{ending}" for ending in DATASET_ENDINGS]


def pipeline_account(settings: Settings) -> str:
    """Email of the service account as which the flows run: ``<dataset>-pipeline``.

    Its first part has 6 to 30 lower-case letters, digits and dashes and begins with a letter
    (https://cloud.google.com/iam/docs/service-accounts-create), so a long name is cut.
    """
    plain = re.sub("[^a-z0-9]+", "-", settings.dataset.lower()).lstrip("-0123456789")
    name = plain[:21].rstrip("-") or "esynapse"
    return f"{name}-pipeline@{settings.project}.iam.gserviceaccount.com"


def shop_bucket(settings: Settings) -> str:
    """Name of the bucket that keeps the shop between runs on Cloud Run.

    Unless it is set: ``<project>-<dataset>-shop``, without what no bucket may be called, of 63
    characters at most (https://cloud.google.com/storage/docs/buckets#naming).
    """
    plain = re.sub("(goog(le)?|[^a-z0-9])+", "-", f"{settings.project}-{settings.dataset}".lower())
    return settings.bucket or f"{plain[:58].strip('-')}-shop"


def _bucket_properties(settings: Settings) -> dict[str, Any]:
    return {
        "location": settings.location,
        "uniform_bucket_level_access": True,
        "public_access_prevention": "enforced",
    }


def _tables(settings: Settings) -> Iterator[Resource]:
    names = Names.of(settings)
    for name, schema in (RAW_TABLES | CATALOG_TABLES).items():
        properties: dict[str, Any] = {"schema": columns(schema)}
        if name == "live_events":
            properties |= {
                "partitioning": {"type": "DAY", "field": "event_timestamp"},
                "expiration_days": settings.event_expiration_days,
                "clustering": ["event_type", "product_id"],
                "require_partition_filter": True,
            }
        yield Resource("table", names.raw_table(name), properties)


def _topic_name(settings: Settings, name: str) -> str:
    return f"projects/{settings.project}/topics/{name}"


def _subscription_name(settings: Settings, name: str) -> str:
    return f"projects/{settings.project}/subscriptions/{name}"


def _topics(settings: Settings) -> list[Resource]:
    return [
        Resource("topic", _topic_name(settings, name))
        for name in (settings.dead_letter_topic, settings.topic)
    ]


def _subscriptions(settings: Settings) -> list[Resource]:
    names = Names.of(settings)
    dead_letter_topic = _topic_name(settings, settings.dead_letter_topic)
    shared = {
        "drop_unknown_fields": False,
        "minimum_backoff_seconds": MINIMUM_BACKOFF_SECONDS,
        "maximum_backoff_seconds": MAXIMUM_BACKOFF_SECONDS,
        "expires": False,
    }
    return [
        Resource(
            "subscription",
            _subscription_name(settings, settings.dead_letter_subscription),
            {
                "topic": dead_letter_topic,
                "table": names.raw_table("dead_letter_events"),
                "use_table_schema": False,
                "write_metadata": True,
                "dead_letter_topic": "",
                "max_delivery_attempts": 0,
                **shared,
            },
        ),
        Resource(
            "subscription",
            _subscription_name(settings, settings.subscription),
            {
                "topic": _topic_name(settings, settings.topic),
                "table": names.raw_table("live_events"),
                "use_table_schema": True,
                "write_metadata": False,
                "dead_letter_topic": dead_letter_topic,
                "max_delivery_attempts": MAX_DELIVERY_ATTEMPTS,
                **shared,
            },
        ),
    ]


def _grants_to_pubsub(settings: Settings) -> Iterator[Resource]:
    """What Pub/Sub needs to write rows, and to pass on what it cannot write.

    Pub/Sub looks at these when a subscription is created: they come before it, but for the one on
    the subscription itself (``_grants_to_pipeline`` has it). A role on the two tables is enough for
    rows (https://cloud.google.com/pubsub/docs/create-bigquery-subscription).
    """
    names = Names.of(settings)
    for table in ("dead_letter_events", "live_events"):
        yield _grant("roles/bigquery.dataEditor", "table", names.raw_table(table), PUBSUB_AGENT)
    topic = _topic_name(settings, settings.dead_letter_topic)
    yield _grant("roles/pubsub.publisher", "topic", topic, PUBSUB_AGENT)


def _grants_to_pipeline(settings: Settings) -> Iterator[Resource]:
    subscription = _subscription_name(settings, settings.subscription)
    yield _grant("roles/pubsub.subscriber", "subscription", subscription, PUBSUB_AGENT)
    account = f"serviceAccount:{pipeline_account(settings)}"
    for dataset in dataset_names(settings):
        yield _grant("roles/bigquery.dataEditor", "dataset", dataset, account)
    topic = _topic_name(settings, settings.topic)
    yield _grant("roles/pubsub.publisher", "topic", topic, account)
    yield _grant("roles/storage.objectUser", "bucket", shop_bucket(settings), account)
    for role in PROJECT_ROLES:
        yield _grant(role, "project", f"projects/{settings.project}", account)


def _grant(role: str, on: str, resource: str, member: str) -> Resource:
    properties = {"role": role, "on": on, "resource": resource, "member": member}
    return Resource("grant", f"{role} on {on} {resource} to {member}", properties)
