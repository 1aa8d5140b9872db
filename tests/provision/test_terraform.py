"""The Terraform module declares what provisioning declares."""

import json

import pytest

from esynapse.provision import resources
from esynapse.provision.resources import PUBSUB_AGENT
from esynapse.settings import Settings
from infra.terraform_schemas import FOLDER, schema_files
from tests.provision.terraform import Module

GRANTS = {
    "google_bigquery_table_iam_member": "table",
    "google_pubsub_topic_iam_member": "topic",
    "google_pubsub_subscription_iam_member": "subscription",
    "google_bigquery_dataset_iam_member": "dataset",
    "google_project_iam_member": "project",
}
KINDS = {
    "google_project_service",
    "google_service_account",
    "google_bigquery_dataset",
    "google_bigquery_table",
    "google_pubsub_topic",
    "google_pubsub_subscription",
    *GRANTS,
}
HELPER = "google_project_service_identity"
"""Pub/Sub's own account, which provisioning makes before it grants anything to it."""
VARIABLES = (
    "project",
    "dataset",
    "location",
    "event_expiration_days",
    "topic",
    "subscription",
    "dead_letter_topic",
    "dead_letter_subscription",
)

OTHERS = {
    "dataset": "9_My_quite_Long_name_of_a_shop",
    "location": "europe-west1",
    "event_expiration_days": 400,
    "topic": "t",
    "subscription": "s",
    "dead_letter_topic": "dead-t",
    "dead_letter_subscription": "dead-s",
}


@pytest.fixture(params=[{}, OTHERS], ids=["as it comes", "all otherwise"])
def settings(request: pytest.FixtureRequest) -> Settings:
    return Settings(target="bigquery", project="shop-1", _env_file=None, **request.param)


@pytest.fixture
def module(settings: Settings) -> Module:
    return Module({name: getattr(settings, name) for name in VARIABLES}, PUBSUB_AGENT)


def declared(settings: Settings, kind: str) -> dict[str, dict]:
    return {
        resource.name: dict(resource.properties)
        for resource in resources(settings)
        if resource.kind == kind
    }


def test_it_has_no_resource_of_another_kind(module: Module) -> None:
    assert module.kinds() == KINDS | {HELPER}
    assert [identity["service"] for identity in module.all(HELPER)] == ["pubsub.googleapis.com"]


def test_its_variables_have_the_defaults_of_the_settings(module: Module) -> None:
    defaults = {name: field.default for name, field in Settings.model_fields.items()}
    given = {name: module.defaults[name] for name in VARIABLES if name in module.defaults}
    assert given == {name: defaults[name] for name in VARIABLES if name != "project"}


def test_apis_and_the_account_are_the_same(settings: Settings, module: Module) -> None:
    apis = module.all("google_project_service")
    assert [api["service"] for api in apis] == list(declared(settings, "API"))
    assert all(api["disable_on_destroy"] is False for api in apis)
    accounts = [account["email"] for account in module.all("google_service_account")]
    assert accounts == list(declared(settings, "service account"))


def test_datasets_are_the_same(settings: Settings, module: Module) -> None:
    assert {
        f"{dataset['project']}.{dataset['dataset_id']}": {"location": dataset["location"]}
        for dataset in module.all("google_bigquery_dataset")
    } == declared(settings, "dataset")


def test_tables_are_the_same_with_columns_partitions_and_expiration(
    settings: Settings, module: Module
) -> None:
    assert {
        table_name(table): table_properties(table) for table in module.all("google_bigquery_table")
    } == declared(settings, "table")


def table_name(given: dict) -> str:
    return f"{given['project']}.{given['dataset_id']}.{given['table_id']}"


def table_properties(given: dict) -> dict:
    properties = {"schema": json.loads(given["schema"])}
    if "time_partitioning" in given:
        days = given["time_partitioning"]
        properties |= {
            "partitioning": {"type": days["type"], "field": days["field"]},
            "expiration_days": (days["expiration_ms"] or 0) / 86_400_000,
            "clustering": given["clustering"],
            "require_partition_filter": given["require_partition_filter"],
        }
    return properties


def test_topics_and_subscriptions_are_the_same_with_their_policies(
    settings: Settings, module: Module
) -> None:
    topics = {topic["id"] for topic in module.all("google_pubsub_topic")}
    assert topics == set(declared(settings, "topic"))
    assert {
        given["id"]: subscription_properties(given)
        for given in module.all("google_pubsub_subscription")
    } == declared(settings, "subscription")


def subscription_properties(given: dict) -> dict:
    dead_letters = given.get("dead_letter_policy", {})
    retries = given["retry_policy"]
    return given["bigquery_config"] | {
        "topic": given["topic"],
        "dead_letter_topic": dead_letters.get("dead_letter_topic", ""),
        "max_delivery_attempts": dead_letters.get("max_delivery_attempts", 0),
        "minimum_backoff_seconds": int(retries["minimum_backoff"].removesuffix("s")),
        "maximum_backoff_seconds": int(retries["maximum_backoff"].removesuffix("s")),
        "expires": given["expiration_policy"]["ttl"] != "",
    }


def test_grants_are_the_same(settings: Settings, module: Module) -> None:
    found = [
        (grant["role"], on, granted_on(on, grant), grant["member"])
        for kind, on in GRANTS.items()
        for grant in module.all(kind)
    ]
    assert sorted(found) == sorted(
        (grant["role"], grant["on"], grant["resource"], grant["member"])
        for grant in declared(settings, "grant").values()
    )


def granted_on(on: str, grant: dict) -> str:
    if on in ("topic", "subscription"):
        return grant[on]
    if on == "project":
        return f"projects/{grant['project']}"
    return ".".join(grant[part] for part in ("project", "dataset_id", "table_id") if part in grant)


def test_its_columns_are_those_of_the_raw_tables() -> None:
    there = {path.name: path.read_text() for path in FOLDER.iterdir()}
    assert there == schema_files(), "write them anew: python infra/terraform_schemas.py"
