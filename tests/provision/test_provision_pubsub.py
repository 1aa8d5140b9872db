"""Topics and subscriptions, on the embedded server and, where installed, Google's emulator."""

from collections.abc import Iterator

import pytest
from google.cloud import pubsub_v1
from google.protobuf.duration_pb2 import Duration
from google.pubsub_v1 import types

from esynapse.errors import EsynapseError
from esynapse.ingest.clients import publisher_client, subscriber_client
from esynapse.provision import destroy, plan, provision
from esynapse.settings import Settings
from flows.bench.emulator import MISSING, emulator_command, google_emulator
from tests.ingest.conftest import free_port

pytestmark = pytest.mark.slow

NAMES = [
    "live-events-dead-letter",
    "live-events",
    "live-events-dead-letter-to-warehouse",
    "live-events-to-warehouse",
]


@pytest.fixture(scope="module")
def google_port() -> Iterator[int]:
    if emulator_command() is None:
        pytest.skip(MISSING)
    with google_emulator() as port:
        yield port


@pytest.fixture(params=["ours", "google's"])
def service(request: pytest.FixtureRequest, tmp_path) -> Settings:
    if request.param == "ours":
        return request.getfixturevalue("local")
    port = request.getfixturevalue("google_port")
    return Settings(
        home=tmp_path / "home", pubsub_port=port, project=f"p{free_port()}", _env_file=None
    )


@pytest.fixture
def subscriber(service: Settings) -> Iterator[pubsub_v1.SubscriberClient]:
    with subscriber_client(service) as client:
        yield client


def short(changes):
    return [change.resource.name.rsplit("/", 1)[1] for change in changes]


def live(service, subscriber) -> types.Subscription:
    path = subscriber.subscription_path(service.project, service.subscription)
    return subscriber.get_subscription(subscription=path)


def test_it_makes_what_is_missing_in_order_and_then_has_nothing_left_to_do(service):
    assert short(plan(service).due) == NAMES
    assert short(provision(service)) == NAMES
    assert provision(service) == []
    assert plan(service).due == ()


def test_the_live_subscription_writes_rows_and_gives_up_after_five_attempts(service, subscriber):
    provision(service)
    made = live(service, subscriber)
    assert made.bigquery_config.table == f"{service.project}.esynapse.live_events"
    assert made.bigquery_config.use_table_schema
    assert not made.bigquery_config.drop_unknown_fields
    assert made.dead_letter_policy.max_delivery_attempts == 5
    assert made.dead_letter_policy.dead_letter_topic.endswith("/live-events-dead-letter")
    assert made.retry_policy.minimum_backoff.total_seconds() == 10
    assert made.retry_policy.maximum_backoff.total_seconds() == 600
    assert not types.Subscription.pb(made).expiration_policy.HasField("ttl")


def change_by_hand(service, subscriber, **fields):
    changed = {"name": live(service, subscriber).name} | fields
    mask = {"paths": list(fields)}
    subscriber.update_subscription(request={"subscription": changed, "update_mask": mask})


def found_by(change):
    return {difference.name: difference.found for difference in change.differences}


def test_what_someone_changed_is_found_and_changed_back(service, subscriber):
    provision(service)
    before = live(service, subscriber)
    slower = types.RetryPolicy(minimum_backoff=Duration(seconds=77))
    change_by_hand(service, subscriber, retry_policy=slower, ack_deadline_seconds=99)
    (change,) = plan(service).due
    assert (change.action, found_by(change)) == ("change", {"minimum_backoff_seconds": 77})
    assert short(provision(service)) == ["live-events-to-warehouse"]
    after = live(service, subscriber)
    assert after.ack_deadline_seconds == 99  # of which nothing is declared
    after.ack_deadline_seconds = before.ack_deadline_seconds
    assert after == before
    assert plan(service).due == ()


def test_where_rows_go_is_changed_back_as_well(local):
    """On the embedded server; Google's emulator cannot change a bigquery_config."""
    provision(local)
    elsewhere = types.BigQueryConfig(table="p.d.dead_letter_events", write_metadata=True)
    with subscriber_client(local) as subscriber:
        change_by_hand(local, subscriber, bigquery_config=elsewhere, dead_letter_policy=None)
        (change,) = plan(local).due
        assert found_by(change) == {
            "table": "p.d.dead_letter_events",
            "use_table_schema": False,
            "write_metadata": True,
            "dead_letter_topic": "",
            "max_delivery_attempts": 0,
        }
        provision(local)
        assert live(local, subscriber).bigquery_config.use_table_schema
    assert plan(local).due == ()


def test_the_name_of_a_table_as_gcloud_writes_it_is_no_difference(service, subscriber):
    provision(service)
    made = live(service, subscriber)
    subscriber.delete_subscription(subscription=made.name)
    made.bigquery_config.table = f"{service.project}:esynapse.live_events"
    subscriber.create_subscription(request=made)
    assert plan(service).due == ()


def test_a_subscription_of_a_topic_that_was_deleted_is_refused_with_what_to_do(service):
    provision(service)
    with publisher_client(service) as publisher:
        publisher.delete_topic(topic=publisher.topic_path(service.project, service.topic))
    with pytest.raises(EsynapseError, match=r"topic is '_deleted-topic_'.*subscriptions delete"):
        provision(service)
    destroy(service)
    assert short(provision(service)) == NAMES


def test_destroying_leaves_nothing_and_twice_is_no_error(service, subscriber):
    provision(service)
    deleted = [resource.name.rsplit("/", 1)[1] for resource in destroy(service)]
    assert deleted == NAMES[::-1]
    project = f"projects/{service.project}"
    assert list(subscriber.list_subscriptions(project=project)) == []
    with publisher_client(service) as publisher:
        assert list(publisher.list_topics(project=project)) == []
    assert destroy(service) == []


def test_without_a_server_the_plan_is_the_declaration_and_says_so(tmp_path):
    away = Settings(home=tmp_path, pubsub_port=free_port(), _env_file=None)
    found = plan(away)
    assert short(found.due) == NAMES
    (note,) = found.notes
    assert note.startswith("nothing could be compared")
    assert "does not answer" in note
