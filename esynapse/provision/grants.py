"""Grants: a role on one resource to one member, in a policy that others write to as well.

Read, changed, written under the policy's etag; what others put there stays.
"""

from typing import TYPE_CHECKING, Any

from google.api_core.exceptions import NotFound
from googleapiclient.errors import HttpError

from esynapse.provision.accounts import make_service_agent
from esynapse.provision.changes import Difference
from esynapse.provision.connections import ATTEMPTS, Connections
from esynapse.provision.resources import PUBSUB_AGENT, Resource
from esynapse.warehouse.bigquery.clients import retries

if TYPE_CHECKING:
    from google.cloud.bigquery import Dataset

POLICY_VERSION = 3
"""The one that has conditions; asked for an older one, the service hides them."""
_NEW_NAMES = {"WRITER": "roles/bigquery.dataEditor"}
"""A dataset takes either name of a role and answers with the old one
(https://cloud.google.com/bigquery/docs/reference/rest/v2/datasets#Dataset.FIELDS.access)."""


class Grants:
    """On a dataset an access entry, elsewhere a binding of the IAM policy."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections
        self._has_agent = False

    def compare(self, resource: Resource) -> list[Difference] | None:
        try:
            there = self._is_granted(resource)
        except NotFound:
            return None
        except HttpError as error:
            if error.status_code == 404:
                return None
            raise
        return [] if there else None

    def create(self, resource: Resource) -> None:
        if resource.properties["member"] == PUBSUB_AGENT and not self._has_agent:
            make_service_agent(self._connections, "pubsub.googleapis.com")
            self._has_agent = True
        if resource.properties["on"] == "dataset":
            self._add_entry(resource)
            return
        role, member = resource.properties["role"], self._member(resource)
        policy = self._policy(resource)
        binding = _binding(policy, role)
        if binding is None:
            binding = {"role": role, "members": []}
            policy.setdefault("bindings", []).append(binding)
        if member not in binding["members"]:
            binding["members"].append(member)
            self._write(resource, policy)

    def delete(self, resource: Resource) -> None:
        """From the policy of something that stays; an access entry goes with its dataset."""
        policy = self._policy(resource)
        binding = _binding(policy, resource.properties["role"])
        if binding is not None:
            binding["members"].remove(self._member(resource))
            policy["bindings"] = [kept for kept in policy["bindings"] if kept["members"]]
            self._write(resource, policy)

    def _is_granted(self, resource: Resource) -> bool:
        if resource.properties["on"] == "dataset":
            dataset = self._connections.bigquery.get_dataset(
                resource.properties["resource"], retry=retries()
            )
            return _entry(resource) in _entries(dataset)
        binding = _binding(self._policy(resource), resource.properties["role"])
        return binding is not None and self._member(resource) in binding["members"]

    def _member(self, resource: Resource) -> str:
        member = str(resource.properties["member"])
        if member != PUBSUB_AGENT:
            return member
        return member.replace("PROJECT_NUMBER", self._connections.project_number)

    def _add_entry(self, resource: Resource) -> None:
        from google.cloud.bigquery import AccessEntry

        client = self._connections.bigquery
        dataset = client.get_dataset(resource.properties["resource"], retry=retries())
        if _entry(resource) not in _entries(dataset):
            role, email = _entry(resource)
            added = AccessEntry(role=role, entity_type="userByEmail", entity_id=email)
            dataset.access_entries = [*dataset.access_entries, added]
            # Under the etag that was read.
            client.update_dataset(dataset, ["access_entries"], retry=retries())

    def _collection(self, resource: Resource) -> Any:
        api = self._connections.api
        on = resource.properties["on"]
        if on == "table":
            return api("bigquery", "v2").tables()
        if on == "project":
            return api("cloudresourcemanager", "v3").projects()
        projects = api("pubsub", "v1").projects()
        return projects.topics() if on == "topic" else projects.subscriptions()

    def _policy(self, resource: Resource) -> dict[str, Any]:
        collection, name = self._collection(resource), _path(resource)
        if resource.properties["on"] in ("topic", "subscription"):
            call = collection.getIamPolicy(
                resource=name, options_requestedPolicyVersion=POLICY_VERSION
            )
        else:
            options = {"requestedPolicyVersion": POLICY_VERSION}
            call = collection.getIamPolicy(resource=name, body={"options": options})
        policy: dict[str, Any] = call.execute(num_retries=ATTEMPTS)
        return policy

    def _write(self, resource: Resource, policy: dict[str, Any]) -> None:
        call = self._collection(resource).setIamPolicy(
            resource=_path(resource), body={"policy": policy}
        )
        call.execute(num_retries=ATTEMPTS)


def _path(resource: Resource) -> str:
    name = str(resource.properties["resource"])
    if resource.properties["on"] != "table":
        return name
    project, dataset, table = name.split(".")
    return f"projects/{project}/datasets/{dataset}/tables/{table}"


def _binding(policy: dict[str, Any], role: str) -> dict[str, Any] | None:
    """The binding of a role that holds without a condition."""
    found = (b for b in policy.get("bindings", []) if b["role"] == role and not b.get("condition"))
    return next(found, None)


def _entry(resource: Resource) -> tuple[str, str]:
    member = str(resource.properties["member"])
    return resource.properties["role"], member.removeprefix("serviceAccount:")


def _entries(dataset: "Dataset") -> set[tuple[str, str]]:
    """Roles, by their newer names, and emails."""
    return {
        (_NEW_NAMES.get(entry.role, entry.role), str(entry.entity_id))
        for entry in dataset.access_entries
    }
