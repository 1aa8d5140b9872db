"""Provision: the topics and subscriptions that events flow through."""

from prefect import flow, task

from esynapse.ingest.provision import provision
from esynapse.settings import Settings, load_settings
from flows.common import FLOW_RETRIES, NETWORK_RETRIES, publish_result


@task(name="create-topics-and-subscriptions", **NETWORK_RETRIES)
def create_resources(settings: Settings) -> list[str]:
    return provision(settings)


@flow(name="provision", **FLOW_RETRIES)
def provision_flow() -> list[str]:
    """Create the Pub/Sub topics and subscriptions that are missing. Changes nothing that is there.

    Returns the names of what was created.
    """
    settings = load_settings()
    created = create_resources(settings)
    publish_result(
        "provision",
        "Pub/Sub",
        {
            "topic": settings.topic,
            "dead-letter topic": settings.dead_letter_topic,
            "created now": ", ".join(created) or "nothing: all was there",
        },
    )
    return created
