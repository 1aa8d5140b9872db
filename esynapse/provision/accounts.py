"""APIs of the project and the service account of the pipeline."""

import time
from typing import Any

from googleapiclient.errors import HttpError

from esynapse.errors import EsynapseError
from esynapse.provision.changes import Difference
from esynapse.provision.connections import ATTEMPTS, Connections
from esynapse.provision.resources import Resource

OPERATION_SECONDS = 300.0
FIRST_POLL, LONGEST_POLL = 0.1, 3.0


class Apis:
    """Enabled, and left so: others of the project may use them, and it costs nothing."""

    def __init__(self, connections: Connections) -> None:
        self._api = connections.api("serviceusage", "v1")
        self._parent = f"projects/{connections.settings.project}/services"

    def compare(self, resource: Resource) -> list[Difference] | None:
        service = self._api.services().get(name=f"{self._parent}/{resource.name}")
        return [] if service.execute(num_retries=ATTEMPTS)["state"] == "ENABLED" else None

    def create(self, resource: Resource) -> None:
        call = self._api.services().enable(name=f"{self._parent}/{resource.name}", body={})
        finish(self._api, call.execute(num_retries=ATTEMPTS), f"enabling {resource.name}")


class Accounts:
    """Service accounts; they have no keys."""

    def __init__(self, connections: Connections) -> None:
        self._accounts = connections.api("iam", "v1").projects().serviceAccounts()
        self._project = f"projects/{connections.settings.project}"

    def compare(self, resource: Resource) -> list[Difference] | None:
        call = self._accounts.get(name=f"{self._project}/serviceAccounts/{resource.name}")
        try:
            call.execute(num_retries=ATTEMPTS)
        except HttpError as error:
            if error.status_code == 404:
                return None
            raise
        return []

    def create(self, resource: Resource) -> None:
        body = {
            "accountId": resource.name.split("@")[0],
            "serviceAccount": {"displayName": "The ESynapse pipeline"},
        }
        try:
            self._accounts.create(name=self._project, body=body).execute(num_retries=ATTEMPTS)
        except HttpError as error:
            if error.status_code != 409:  # it is there: made by a call whose answer we lost
                raise

    def delete(self, resource: Resource) -> None:
        name = f"{self._project}/serviceAccounts/{resource.name}"
        self._accounts.delete(name=name).execute(num_retries=ATTEMPTS)


def make_service_agent(connections: Connections, service: str) -> None:
    """Make the account as which a service of Google acts in the project, unless it is there.

    Enabling the API does not always make it, and nothing can be granted to it before.
    """
    api = connections.api("serviceusage", "v1beta1")
    parent = f"projects/{connections.settings.project}/services/{service}"
    call = api.services().generateServiceIdentity(parent=parent)
    finish(api, call.execute(num_retries=ATTEMPTS), f"making the service agent of {service}")


def finish(api: Any, operation: dict[str, Any], what: str) -> None:
    """Wait until a long-running operation is done.

    Raises:
        EsynapseError: it fails, or takes longer than five minutes.
    """
    deadline, pause = time.monotonic() + OPERATION_SECONDS, FIRST_POLL
    while not operation.get("done"):
        if time.monotonic() > deadline:
            raise EsynapseError(f"{what} takes longer than five minutes: run this again later")
        time.sleep(pause)
        pause = min(2 * pause, LONGEST_POLL)
        call = api.operations().get(name=operation["name"])
        operation = call.execute(num_retries=ATTEMPTS)
    if "error" in operation:
        raise EsynapseError(
            f"{what} failed: {operation['error'].get('message', 'no reason given')}"
        )
