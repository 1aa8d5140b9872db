"""Provision: what the pipeline needs of its target, made as declared."""

from prefect import flow, task

from esynapse.provision import Change, provision
from esynapse.settings import Settings, load_settings
from flows.common import FLOW_RETRIES, NETWORK_RETRIES, publish_result


@task(name="make-resources", **NETWORK_RETRIES)
def make_resources(settings: Settings) -> list[Change]:
    return provision(settings)


@flow(name="provision", **FLOW_RETRIES)
def provision_flow() -> list[str]:
    """Create what is missing and change what is not as declared; all else stays as it is.

    On the local target these are topics and subscriptions, on Google Cloud also APIs, datasets,
    tables, a service account and grants. The account that runs this flow there must own the
    project: it is run once by a person, not by the pipeline's account.

    Returns what was done, in order.
    """
    settings = load_settings()
    done = [
        f"{change.action} {change.resource.kind} {change.resource.name}"
        for change in make_resources(settings)
    ]
    publish_result(
        "provision",
        "Provisioning",
        {
            "project": settings.project,
            "topic": settings.topic,
            "dead-letter topic": settings.dead_letter_topic,
            "done now": ", ".join(done) or "nothing: all was there",
        },
    )
    return done
