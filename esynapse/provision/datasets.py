"""Datasets and tables of BigQuery."""

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from google.api_core.exceptions import NotFound

from esynapse.provision.changes import Difference, differences
from esynapse.provision.connections import Connections
from esynapse.provision.resources import Resource
from esynapse.warehouse.bigquery.clients import retries
from esynapse.warehouse.bigquery.columns import type_name

if TYPE_CHECKING:
    from google.cloud.bigquery import SchemaField, Table, TimePartitioning

DAY_MS = 24 * 3600 * 1000


class Datasets:
    """Made empty, with BigQuery's own defaults; deleted with all that is in them."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def compare(self, resource: Resource) -> list[Difference] | None:
        try:
            dataset = self._connections.bigquery.get_dataset(resource.name, retry=retries())
        except NotFound:
            return None
        found, wanted = dataset.location, resource.properties["location"]
        if found.upper() == wanted.upper():
            return []
        advice = f"a dataset cannot move: set ESYNAPSE_LOCATION to {found}, or another dataset"
        return [Difference("location", found, wanted, advice)]

    def create(self, resource: Resource) -> None:
        from google.cloud.bigquery import Dataset

        dataset = Dataset(resource.name)
        dataset.location = resource.properties["location"]
        self._connections.bigquery.create_dataset(dataset, exists_ok=True, retry=retries())

    def delete(self, resource: Resource) -> None:
        self._connections.bigquery.delete_dataset(
            resource.name, delete_contents=True, not_found_ok=True, retry=retries()
        )


class Tables:
    """Never dropped: columns are added, options changed, and what that cannot do is refused.

    They are deleted with their dataset.
    """

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def compare(self, resource: Resource) -> list[Difference] | None:
        try:
            table = self._connections.bigquery.get_table(resource.name, retry=retries())
        except NotFound:
            return None
        wanted = dict(resource.properties)
        if self._connections.emulated:
            wanted.pop("require_partition_filter", None)  # bqemulator takes it and does not tell
        return [
            *_columns_that_differ(table, wanted.pop("schema")),
            *differences(_options(table), wanted, {"partitioning": "only a new table can have it"}),
        ]

    def create(self, resource: Resource) -> None:
        from google.cloud.bigquery import Table

        table = Table(resource.name, schema=_fields(resource.properties["schema"]))
        _set_options(table, resource, resource.properties)
        self._connections.bigquery.create_table(table, exists_ok=True, retry=retries())

    def change(self, resource: Resource, differences: Collection[Difference]) -> None:
        names = {difference.name for difference in differences}
        client = self._connections.bigquery
        table = client.get_table(resource.name, retry=retries())
        changed = _set_options(table, resource, names)
        new = [difference.wanted for difference in differences if _is_column(difference)]
        if new:
            table.schema = [*table.schema, *_fields(new)]
            changed.append("schema")
        client.update_table(table, changed, retry=retries())


def _columns_that_differ(table: "Table", wanted: list[dict[str, str]]) -> list[Difference]:
    found = {field.name: type_name(field.field_type, field.mode) for field in table.schema}
    differing = []
    for column in wanted:
        name, kind = column["name"], column["type"]
        if name not in found:
            differing.append(Difference(f"column {name}", None, column))
        elif found[name] != kind:
            advice = "copy the table under another name, delete it, then run this again"
            differing.append(Difference(f"column {name}", found[name], kind, advice))
    return differing


def _is_column(difference: Difference) -> bool:
    return difference.name.startswith("column ")


def _fields(columns: list[dict[str, str]]) -> "list[SchemaField]":
    from google.cloud.bigquery import SchemaField

    return [SchemaField(column["name"], column["type"]) for column in columns]


def _options(table: "Table") -> dict[str, Any]:
    days = table.time_partitioning
    return {
        "partitioning": {"type": days.type_, "field": days.field} if days else None,
        "expiration_days": (days.expiration_ms or 0) // DAY_MS if days else 0,
        "clustering": list(table.clustering_fields or []),
        "require_partition_filter": _requires_filter(table),
    }


def _requires_filter(table: "Table") -> bool:
    """Also where it was required the old way, as a part of the partitioning; bq still does that."""
    days = table.time_partitioning.to_api_repr() if table.time_partitioning else {}
    return bool(table.require_partition_filter or days.get("requirePartitionFilter"))


def _set_options(table: "Table", resource: Resource, names: Collection[str]) -> list[str]:
    """Set those of ``names`` that are options; the table's properties that this touched."""
    wanted, touched = resource.properties, []
    if "partitioning" in names or "expiration_days" in names:
        table.time_partitioning = _partitioning(wanted)
        touched.append("time_partitioning")
    if "clustering" in names:
        table.clustering_fields = wanted["clustering"]
        touched.append("clustering_fields")
    if "require_partition_filter" in names:
        table.require_partition_filter = wanted["require_partition_filter"]
        touched.append("require_partition_filter")
    return touched


def _partitioning(wanted: Any) -> "TimePartitioning":
    from google.cloud.bigquery import TimePartitioning

    made = TimePartitioning(wanted["partitioning"]["type"], wanted["partitioning"]["field"])
    made.expiration_ms = wanted["expiration_days"] * DAY_MS or None  # None is sent, as null
    return made
