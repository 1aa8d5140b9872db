"""The bucket that keeps the shop, through the real client: made, mended, emptied, deleted."""

import re

import pytest

from esynapse.errors import EsynapseError
from esynapse.provision import destroy, plan, provision
from esynapse.provision.resources import shop_bucket
from esynapse.settings import Settings

pytestmark = pytest.mark.slow

NAME = "shop-1-esynapse-shop"
MEMBER = "serviceAccount:esynapse-pipeline@shop-1.iam.gserviceaccount.com"
CLOSED = {
    "uniformBucketLevelAccess": {"enabled": True},
    "publicAccessPrevention": "enforced",
}


@pytest.fixture
def bucket(google, cloud, connect):
    """As Cloud Storage has it."""
    provision(cloud, connect())
    google.writes.clear()
    return google.storage.buckets[NAME]


def names(found):
    return {d.name for change in found.due for d in change.differences}


def test_it_is_closed_to_the_public_and_the_pipeline_may_use_its_objects(google, bucket):
    assert (bucket["location"], bucket["iamConfiguration"]) == ("US", CLOSED)
    policy = google.policies[f"buckets/{NAME}"]
    assert policy["bindings"] == [{"role": "roles/storage.objectUser", "members": [MEMBER]}]


@pytest.mark.parametrize(
    "opened",
    [
        {"uniformBucketLevelAccess": {"enabled": False}},
        {"publicAccessPrevention": "inherited"},
        {"uniformBucketLevelAccess": {"enabled": False}, "publicAccessPrevention": "inherited"},
    ],
)
def test_what_someone_opened_is_closed_again_where_it_is(google, cloud, connect, bucket, opened):
    bucket["iamConfiguration"] |= opened
    assert len(names(plan(cloud, connect()))) == len(opened)
    provision(cloud, connect())
    assert google.writes == [f"PATCH /storage/v1/b/{NAME}"]
    assert bucket["iamConfiguration"] == CLOSED
    assert plan(cloud, connect()).due == ()


def test_one_elsewhere_is_refused_with_what_to_set(google, cloud, connect, bucket):
    bucket["location"] = "EUROPE-WEST1"
    with pytest.raises(EsynapseError, match="cannot move: set ESYNAPSE_LOCATION to europe-west1"):
        provision(cloud, connect())
    assert google.writes == []


def test_a_name_that_another_has_is_one_clear_line_and_no_call_reaches_that_bucket(
    google, cloud, connect
):
    google.enabled.add("storage.googleapis.com")
    google.storage.theirs.add(NAME)
    due = {change.resource.name: change.action for change in plan(cloud, connect()).due}
    assert due[NAME] == "create"
    with pytest.raises(EsynapseError, match=f"bucket {NAME} .*set ESYNAPSE_BUCKET") as raised:
        provision(cloud, connect())
    assert "\n" not in str(raised.value)
    destroy(cloud, connect())
    assert not [call for call in google.writes if NAME in call]
    other = cloud.model_copy(update={"bucket": "another-shop"})
    provision(other, connect(other))
    assert list(google.storage.buckets) == ["another-shop"]


def test_a_bucket_whose_name_only_begins_like_ours_is_not_ours(google, cloud, connect):
    google.enabled.add("storage.googleapis.com")
    google.storage.buckets[f"{NAME}-2"] = {"name": f"{NAME}-2", "location": "EU"}
    provision(cloud, connect())
    destroy(cloud, connect())
    assert list(google.storage.buckets) == [f"{NAME}-2"]


def test_a_lost_answer_to_its_making_is_no_error(google, cloud, connect):
    google.storage.forgets = True
    provision(cloud, connect())
    assert plan(cloud, connect()).due == ()


def test_it_is_deleted_with_every_version_of_every_object(google, cloud, connect, bucket):
    versions = {(f"a folder/file-{n} ü?#.json", g): g == 2 for n in range(3) for g in (1, 2)}
    google.storage.objects[NAME] = versions | {("position.json", 7): True}
    destroy(cloud, connect())
    assert google.storage.objects[NAME] == {}
    assert google.storage.buckets == {}
    assert google.writes.count(f"DELETE /storage/v1/b/{NAME}") == 1


def test_what_another_deletes_meanwhile_is_no_error_and_the_rest_goes(
    google, cloud, connect, bucket
):
    google.storage.objects[NAME] = {("first", 1): True, ("second", 1): True}
    google.storage.deleted_first = {("first", 1)}
    destroy(cloud, connect())
    assert google.storage.buckets == {}


def test_what_is_written_while_it_is_emptied_is_deleted_as_well(google, cloud, connect, bucket):
    google.storage.busy = 2
    destroy(cloud, connect())
    assert google.storage.busy == 0
    assert google.storage.buckets == {}


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ({}, "shop-1-esynapse-shop"),
        ({"dataset": "My_Shop"}, "shop-1-my-shop-shop"),
        ({"dataset": "google_ads"}, "shop-1-ads-shop"),
        ({"project": "example.com:shop"}, "example-com-shop-esynapse-shop"),
        ({"dataset": "d" * 50 + "_" + "e" * 50}, f"shop-1-{'d' * 50}-shop"),
        ({"bucket": "my.bucket"}, "my.bucket"),
    ],
)
def test_its_name_is_made_of_the_projects_and_the_datasets_as_buckets_may_be_called(given, name):
    settings = Settings(_env_file=None, **({"project": "shop-1"} | given))
    assert shop_bucket(settings) == name
    assert Settings(bucket=name, _env_file=None).bucket == name
    assert re.fullmatch("[a-z0-9.-]{3,63}", name)
