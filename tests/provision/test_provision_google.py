"""Everything on Google Cloud, through the real clients: services, accounts, tables, policies."""

import re

import pytest

from esynapse.errors import EsynapseError
from esynapse.provision import destroy, patience, plan, provision, resources
from esynapse.provision.resources import APIS, dataset_names, pipeline_account
from tests.provision.google_server import AGENT, OWNERS

pytestmark = pytest.mark.slow

ACCOUNT = "esynapse-pipeline@shop-1.iam.gserviceaccount.com"
PROJECT = "projects/shop-1"
STRANGER = {"role": "roles/viewer", "members": ["user:someone@example.com"]}


def bindings(google, name):
    return {binding["role"]: binding["members"] for binding in google.policies[name]["bindings"]}


def actions(found):
    return {change.action for change in found.changes}


def due(found):
    return [(change.action, change.resource.name) for change in found.due]


def test_an_empty_project_gets_all_that_is_declared_in_order(google, cloud, connect):
    done = provision(cloud, connect())
    assert [change.resource for change in done] == list(resources(cloud))
    assert google.enabled == set(APIS)
    assert google.accounts == {ACCOUNT, AGENT}
    assert {f"shop-1.{name}" for name in google.datasets} == set(dataset_names(cloud))
    live = google.tables["esynapse.live_events"]
    assert live["timePartitioning"] == {"type": "DAY", "field": "event_timestamp"}
    assert live["clustering"] == {"fields": ["event_type", "product_id"]}
    assert live["requirePartitionFilter"] is True


def test_a_second_time_nothing_is_written(google, cloud, connect):
    provision(cloud, connect())
    google.writes.clear()
    assert provision(cloud, connect()) == []
    assert actions(plan(cloud, connect())) == {"unchanged"}
    assert google.writes == []


def test_a_plan_changes_nothing(google, cloud, connect):
    found = plan(cloud, connect())
    assert actions(found) == {"create"}
    assert found.notes == ()
    assert google.writes == []


def test_pubsub_is_granted_two_tables_a_topic_and_a_subscription(google, cloud, connect):
    provision(cloud, connect())
    agent = [f"serviceAccount:{AGENT}"]
    granted = {
        (name, role)
        for name, policy in google.policies.items()
        for role, members in bindings(google, name).items()
        if members == agent
    }
    tables = f"{PROJECT}/datasets/esynapse/tables"
    assert granted == {
        (f"{tables}/live_events", "roles/bigquery.dataEditor"),
        (f"{tables}/dead_letter_events", "roles/bigquery.dataEditor"),
        (f"{PROJECT}/topics/live-events-dead-letter", "roles/pubsub.publisher"),
        (f"{PROJECT}/subscriptions/live-events-to-warehouse", "roles/pubsub.subscriber"),
    }


def test_the_pipeline_writes_datasets_publishes_and_on_the_project_only_runs_jobs_and_reads(
    google, cloud, connect
):
    provision(cloud, connect())
    member = [f"serviceAccount:{ACCOUNT}"]
    for dataset in google.datasets.values():
        assert dataset["access"] == [OWNERS, {"role": "WRITER", "userByEmail": ACCOUNT}]
    assert bindings(google, f"{PROJECT}/topics/live-events") == {"roles/pubsub.publisher": member}
    assert bindings(google, PROJECT) == {
        "roles/bigquery.jobUser": member,
        "roles/bigquery.readSessionUser": member,
    }


def test_what_others_granted_stays_through_provision_and_destroy(google, cloud, connect):
    theirs = {"role": "roles/bigquery.jobUser", "members": ["group:analysts@example.com"]}
    under_condition = {**theirs, "condition": {"title": "by day", "expression": "true"}}
    policy = {"etag": "7", "version": 3, "bindings": [STRANGER, under_condition, theirs]}
    google.policies[PROJECT] = policy
    before = [dict(STRANGER), dict(under_condition), {**theirs, "members": [*theirs["members"]]}]
    provision(cloud, connect())
    assert f"serviceAccount:{ACCOUNT}" in google.policies[PROJECT]["bindings"][2]["members"]
    destroy(cloud, connect())
    assert google.policies[PROJECT]["bindings"] == before
    assert google.policies[PROJECT]["version"] == 3


def test_a_policy_that_another_writes_to_meanwhile_is_read_again(google, cloud, connect):
    google.interruptions = 2
    provision(cloud, connect())
    assert google.interruptions == 0
    assert actions(plan(cloud, connect())) == {"unchanged"}


def test_a_new_account_that_google_does_not_know_everywhere_yet_is_waited_for(
    google, cloud, connect
):
    google.late = 2
    provision(cloud, connect())
    assert google.late == 0
    assert actions(plan(cloud, connect())) == {"unchanged"}


def test_a_short_wait_is_silent_and_a_long_one_says_once_what_is_lacking(
    google, cloud, connect, monkeypatch
):
    monkeypatch.setattr(patience, "QUIET_SECONDS", 60.0)
    said: list[str] = []
    google.late = 1
    provision(cloud, connect(), say=said.append)
    assert said == []
    destroy(cloud, connect())
    monkeypatch.setattr(patience, "QUIET_SECONDS", 0.0)
    google.late = 3
    provision(cloud, connect(), say=said.append)
    (line,) = said
    assert re.fullmatch(
        r"cannot create grant .* yet: .* does not exist; trying for 5 seconds .*",
        line,
    )


def test_an_account_that_stays_unknown_is_one_clear_line_and_the_next_run_goes_on(
    google, cloud, connect
):
    google.late = 1000
    with pytest.raises(EsynapseError, match=r"could not create grant .*does not exist; ") as raised:
        provision(cloud, connect(settle_seconds=1.0))
    assert "\n" not in str(raised.value)
    google.late = 0
    done = provision(cloud, connect())
    assert {change.resource.kind for change in done} == {"grant", "subscription"}
    assert actions(plan(cloud, connect())) == {"unchanged"}


def test_what_the_person_may_not_do_is_said_with_what_it_takes(google, cloud, connect):
    provision(cloud, connect())
    google.policies[PROJECT]["bindings"].clear()
    google.refuses = ":setIamPolicy"
    with pytest.raises(EsynapseError, match=r"could not create grant .*Permission denied.*owner"):
        provision(cloud, connect())


def test_an_api_that_is_off_is_found_and_what_it_holds_is_not_asked_for(google, cloud, connect):
    provision(cloud, connect())
    google.enabled.discard("iam.googleapis.com")
    found = due(plan(cloud, connect()))
    assert ("create", "iam.googleapis.com") in found
    assert ("create", pipeline_account(cloud)) in found
    provision(cloud, connect())
    assert actions(plan(cloud, connect())) == {"unchanged"}


def test_a_grant_that_was_taken_back_is_made_again_alone(google, cloud, connect):
    provision(cloud, connect())
    google.policies[f"{PROJECT}/topics/live-events"]["bindings"].clear()
    google.datasets["esynapse_marts"]["access"] = [OWNERS]
    assert due(plan(cloud, connect())) == [
        (
            "create",
            "roles/bigquery.dataEditor on dataset shop-1.esynapse_marts to "
            f"serviceAccount:{ACCOUNT}",
        ),
        (
            "create",
            f"roles/pubsub.publisher on topic {PROJECT}/topics/live-events to "
            f"serviceAccount:{ACCOUNT}",
        ),
    ]
    assert len(provision(cloud, connect())) == 2
    assert actions(plan(cloud, connect())) == {"unchanged"}


def test_destroying_leaves_nothing_but_enabled_apis(google, cloud, connect):
    provision(cloud, connect())
    deleted = [resource.name for resource in destroy(cloud, connect())]
    assert google.datasets == {}
    assert google.tables == {}
    assert google.accounts == {AGENT}  # Google's own
    assert bindings(google, PROJECT) == {}
    assert google.enabled == set(APIS)
    assert deleted.index(f"{PROJECT}/topics/live-events") > deleted.index(
        f"{PROJECT}/subscriptions/live-events-to-warehouse"
    )
    for change in plan(cloud, connect()).changes:
        assert change.action == ("unchanged" if change.resource.kind == "API" else "create")


def test_destroying_twice_or_an_empty_project_is_no_error(google, cloud, connect):
    assert destroy(cloud, connect()) == []
    provision(cloud, connect())
    assert destroy(cloud, connect()) != []
    assert destroy(cloud, connect()) == []


def test_what_is_half_gone_is_destroyed_all_the_same(google, cloud, connect):
    provision(cloud, connect())
    google.delete_account(ACCOUNT)
    del google.datasets["esynapse_staging"]
    destroy(cloud, connect())
    assert google.datasets == {}


def test_after_destroying_all_is_made_anew(google, cloud, connect):
    provision(cloud, connect())
    destroy(cloud, connect())
    made = {change.resource.name for change in provision(cloud, connect())}
    assert made == {resource.name for resource in resources(cloud)} - set(APIS)
