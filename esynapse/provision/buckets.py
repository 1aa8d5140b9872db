"""Buckets of Cloud Storage. Their names are global: another's may have the one that is wanted."""

from collections.abc import Collection, Iterator
from typing import Any

from googleapiclient.errors import HttpError

from esynapse.errors import EsynapseError
from esynapse.provision.changes import Difference, differences
from esynapse.provision.connections import ATTEMPTS, Connections
from esynapse.provision.resources import Resource

LISTED = "nextPageToken,items(name,generation)"


class Buckets:
    """Made empty; deleted with all that is in them."""

    def __init__(self, connections: Connections) -> None:
        self._api = connections.api("storage", "v1")
        self._project = connections.settings.project

    def compare(self, resource: Resource) -> list[Difference] | None:
        found = self._found(resource.name)
        if found is None:
            return None
        wanted = dict(resource.properties)
        if found["location"].upper() == wanted["location"].upper():
            del wanted["location"]
        advice = f"a bucket cannot move: set ESYNAPSE_LOCATION to {found['location'].lower()}, "
        return differences(
            _properties(found), wanted, {"location": advice + "or ESYNAPSE_BUCKET to another name"}
        )

    def create(self, resource: Resource) -> None:
        body = {
            "name": resource.name,
            "location": resource.properties["location"],
            "iamConfiguration": _access(resource, resource.properties),
        }
        try:
            self._api.buckets().insert(project=self._project, body=body).execute(
                num_retries=ATTEMPTS
            )
        except HttpError as error:
            if error.status_code != 409:
                raise
            if self._found(resource.name) is None:  # else made by a call whose answer we lost
                raise EsynapseError(
                    f"another project has bucket {resource.name} (names of buckets are global): "
                    "set ESYNAPSE_BUCKET to another one, or wait a minute if this was just deleted"
                ) from error

    def change(self, resource: Resource, differences: Collection[Difference]) -> None:
        access = _access(resource, {difference.name for difference in differences})
        body = {"iamConfiguration": access}
        self._api.buckets().patch(bucket=resource.name, body=body).execute(num_retries=ATTEMPTS)

    def delete(self, resource: Resource) -> None:
        for item in self._objects(resource.name):
            call = self._api.objects().delete(
                bucket=resource.name, object=item["name"], generation=item["generation"]
            )
            try:
                call.execute(num_retries=ATTEMPTS)
            except HttpError as error:
                if error.status_code != 404:  # gone since it was listed
                    raise
        self._api.buckets().delete(bucket=resource.name).execute(num_retries=ATTEMPTS)

    def _found(self, name: str) -> dict[str, Any] | None:
        """The project's bucket of that name, as in its list: another's may be visible as well."""
        call = self._api.buckets().list(project=self._project, prefix=name)
        items = call.execute(num_retries=ATTEMPTS).get("items", [])  # in the order of names
        return next((item for item in items if item["name"] == name), None)

    def _objects(self, bucket: str) -> Iterator[dict[str, Any]]:
        """Every version of every object."""
        objects = self._api.objects()
        call = objects.list(bucket=bucket, versions=True, fields=LISTED)
        while call is not None:
            page = call.execute(num_retries=ATTEMPTS)
            yield from page.get("items", [])
            call = objects.list_next(call, page)


def _access(resource: Resource, names: Collection[str]) -> dict[str, Any]:
    """Those of ``names`` that say who may see what is in it."""
    wanted, access = resource.properties, {}
    if "uniform_bucket_level_access" in names:
        access["uniformBucketLevelAccess"] = {"enabled": wanted["uniform_bucket_level_access"]}
    if "public_access_prevention" in names:
        access["publicAccessPrevention"] = wanted["public_access_prevention"]
    return access


def _properties(found: dict[str, Any]) -> dict[str, Any]:
    access = found.get("iamConfiguration", {})
    return {
        "location": found["location"],
        "uniform_bucket_level_access": access.get("uniformBucketLevelAccess", {}).get(
            "enabled", False
        ),
        "public_access_prevention": access.get("publicAccessPrevention", "inherited"),
    }
