"""Tables that are there: what can be changed in place is, the rest is refused, no row is lost."""

import pytest

from esynapse.errors import EsynapseError
from esynapse.provision import plan, provision

pytestmark = pytest.mark.slow

DAY_MS = 24 * 3600 * 1000


@pytest.fixture
def live(google, cloud, connect):
    """The table live_events as BigQuery has it."""
    provision(cloud, connect())
    google.writes.clear()
    return google.tables["esynapse.live_events"]


def names(found):
    return {d.name for change in found.due for d in change.differences}


def test_a_missing_column_is_added_at_the_end(google, cloud, connect, live):
    fields = live["schema"]["fields"]
    source = next(field for field in fields if field["name"] == "source")
    fields.remove(source)
    fields.append({"name": "of_theirs", "type": "STRING", "mode": "NULLABLE"})
    assert names(plan(cloud, connect())) == {"column source"}
    provision(cloud, connect())
    assert [field["name"] for field in live["schema"]["fields"]][-2:] == ["of_theirs", "source"]
    assert plan(cloud, connect()).due == ()


def test_newer_names_of_types_are_no_difference(cloud, connect, live):
    new_names = {"FLOAT": "FLOAT64", "INTEGER": "INT64", "BOOLEAN": "BOOL"}
    for field in live["schema"]["fields"]:
        field["type"] = new_names.get(field["type"], field["type"])
    assert plan(cloud, connect()).due == ()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"type": "FLOAT"}, "column quantity is 'FLOAT', should be 'INTEGER'"),
        ({"mode": "REPEATED"}, "column quantity is 'INTEGER REPEATED'"),
    ],
)
def test_another_type_of_a_column_is_refused_and_nothing_is_touched(
    google, cloud, connect, live, change, words
):
    quantity = next(field for field in live["schema"]["fields"] if field["name"] == "quantity")
    quantity |= change
    del google.datasets["esynapse_marts"]
    with pytest.raises(EsynapseError, match=f"table shop-1.esynapse.live_events: {words}.*; copy"):
        provision(cloud, connect())
    assert google.writes == []


def test_a_table_without_partitions_is_refused_and_shown_in_the_plan(google, cloud, connect, live):
    del live["timePartitioning"]
    (change,) = plan(cloud, connect()).due
    assert change.resource.name == "shop-1.esynapse.live_events"
    assert [bool(difference.obstacle) for difference in change.differences] == [True]
    with pytest.raises(EsynapseError, match=r"partitioning is None, should be .*only a new table"):
        provision(cloud, connect())
    assert google.writes == []


def test_expiration_clustering_and_the_filter_are_changed_in_place(cloud, connect, live):
    live["clustering"] = {"fields": ["source"]}
    live["requirePartitionFilter"] = False
    shorter = cloud.model_copy(update={"event_expiration_days": 400})
    wanted = {"expiration_days", "clustering", "require_partition_filter"}
    assert names(plan(shorter, connect(shorter))) == wanted
    provision(shorter, connect(shorter))
    assert live["timePartitioning"]["expirationMs"] == str(400 * DAY_MS)
    assert live["clustering"] == {"fields": ["event_type", "product_id"]}
    assert live["requirePartitionFilter"] is True
    assert plan(shorter, connect(shorter)).due == ()


def test_an_expiration_is_taken_away_again(cloud, connect, live):
    live["timePartitioning"]["expirationMs"] = str(30 * DAY_MS)
    provision(cloud, connect())
    assert live["timePartitioning"] == {"type": "DAY", "field": "event_timestamp"}


def test_a_filter_that_is_required_the_way_of_bq_is_no_difference(cloud, connect, live):
    del live["requirePartitionFilter"]
    live["timePartitioning"]["requirePartitionFilter"] = True
    assert plan(cloud, connect()).due == ()


def test_a_dataset_elsewhere_is_refused_with_what_to_set(google, cloud, connect, live):
    google.datasets["esynapse"]["location"] = "europe-west1"
    with pytest.raises(EsynapseError, match="ESYNAPSE_LOCATION to europe-west1"):
        provision(cloud, connect())
    assert google.writes == []


def test_a_location_in_other_letters_is_the_same(cloud, connect, live):
    same = cloud.model_copy(update={"location": "us"})
    assert plan(same, connect(same)).due == ()
