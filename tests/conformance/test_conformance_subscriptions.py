"""Subscriptions."""

import re

import pytest
from google.api_core import exceptions

from tests.conformance.behaviours import DOCS, RPC, behaviour
from tests.conformance.service import bodies

ERRORS = f"{DOCS}reference/error-codes"
CREATE = f"{RPC}Subscriber.CreateSubscription"
UPDATE = f"{RPC}Subscriber.UpdateSubscription"
SUBSCRIPTION = f"{RPC}Subscription"
PROPERTIES = f"{DOCS}subscription-properties"
DAY = 86400

BAD_IDS = ["ab", "a" * 256, "1st", "-abc", "goog-reader", "white space", "a/b", "käse", "a:b"]


@behaviour(CREATE)
def test_a_subscription_is_found_as_it_was_created(service):
    topic = service.topic()
    name = service.subscription(
        topic, labels={"team": "shop"}, ack_deadline_seconds=42, enable_message_ordering=True
    )
    found = service.read(name)
    assert found.name == service.subscription_name("reader")
    assert found.topic == topic
    assert dict(found.labels) == {"team": "shop"}
    assert found.ack_deadline_seconds == 42
    assert found.enable_message_ordering


@behaviour(CREATE)
def test_a_subscription_that_exists_is_not_created_again(service):
    topic = service.topic()
    service.subscription(topic)
    with pytest.raises(exceptions.AlreadyExists):
        service.subscription(topic)


@behaviour(CREATE)
def test_a_subscription_to_a_topic_that_is_not_there_is_refused(service):
    with pytest.raises(exceptions.NotFound):
        service.subscription(service.topic_name("nothing"))


@behaviour(CREATE)
def test_a_subscription_without_a_name_is_given_one(service):
    request = {"topic": service.topic()}
    created = service.subscriber.create_subscription(request=request)
    assert re.fullmatch(rf"projects/{service.project}/subscriptions/[\w.~+%-]+", created.name)
    assert service.read(created.name).topic == request["topic"]


@behaviour(f"{DOCS}pubsub-basics#resource_names")
def test_a_subscription_name_that_breaks_the_rules_is_refused(service):
    topic = service.topic()
    for bad in BAD_IDS:
        with pytest.raises(exceptions.InvalidArgument):
            service.subscription(topic, bad)
    with pytest.raises(exceptions.InvalidArgument):
        service.subscriber.create_subscription(name="reader", topic=topic)


@behaviour(f"{DOCS}create-topic")
def test_a_subscription_may_be_in_another_project_than_its_topic(service):
    topic = f"projects/{service.project}-2/topics/orders"
    service.publisher.create_topic(name=topic)
    subscription = service.subscription(topic)
    service.publish(topic, b"from elsewhere")
    assert bodies(service.receive(subscription)) == [b"from elsewhere"]


@behaviour(f"{RPC}Subscriber.ListSubscriptions")
def test_the_subscriptions_of_a_project_are_listed_in_pages(service):
    topic = service.topic()
    names = [service.subscription(topic, f"reader-{number}") for number in range(3)]
    service.subscriber.create_subscription(
        name=f"projects/{service.project}-2/subscriptions/elsewhere", topic=topic
    )
    request = {"project": f"projects/{service.project}", "page_size": 2}
    pages = list(service.subscriber.list_subscriptions(request=request).pages)
    assert [len(page.subscriptions) for page in pages] == [2, 1]
    assert sorted(found.name for page in pages for found in page.subscriptions) == names


@behaviour(f"{RPC}Subscriber.ListSubscriptions")
def test_a_listed_subscription_is_told_whole(service):
    topic = service.topic(message_retention_duration={"seconds": 3600})
    found = service.read(service.subscription(topic, labels={"team": "shop"}))
    assert list(service.subscriber.list_subscriptions(project=f"projects/{service.project}")) == [
        found
    ]


@behaviour(ERRORS)
def test_a_subscription_that_is_not_there_is_not_found(service):
    name = service.subscription_name("nothing")
    with pytest.raises(exceptions.NotFound):
        service.read(name)
    with pytest.raises(exceptions.NotFound):
        service.subscriber.delete_subscription(subscription=name)
    with pytest.raises(exceptions.NotFound):
        service.update(name, labels={"team": "shop"})


@behaviour(f"{RPC}Subscriber.DeleteSubscription")
def test_a_deleted_subscription_is_gone_with_its_messages(service):
    topic = service.topic()
    subscription = service.subscription(topic)
    service.publish(topic, b"dropped")
    service.subscriber.delete_subscription(subscription=subscription)
    with pytest.raises(exceptions.NotFound):
        service.pull(subscription)
    service.subscription(topic)
    service.publish(topic, b"new")
    assert bodies(service.receive(subscription)) == [b"new"]


@behaviour(SUBSCRIPTION)
def test_the_ack_deadline_is_10_seconds_unless_another_is_asked_for(service):
    subscription = service.subscription(service.topic())
    assert service.read(subscription).ack_deadline_seconds == 10


@behaviour(SUBSCRIPTION, emulator="accepts 1 to 9 seconds")
def test_an_ack_deadline_beyond_10_to_600_seconds_is_refused(service):
    topic = service.topic()
    for seconds in (-1, 9, 601):
        with pytest.raises(exceptions.InvalidArgument):
            service.subscription(topic, ack_deadline_seconds=seconds)
    for seconds in (10, 600):
        name = service.subscription(topic, f"of-{seconds}", ack_deadline_seconds=seconds)
        assert service.read(name).ack_deadline_seconds == seconds


@behaviour(SUBSCRIPTION)
def test_unacknowledged_messages_are_kept_for_7_days_unless_told_otherwise(service):
    subscription = service.subscription(service.topic())
    assert service.read(subscription).message_retention_duration.total_seconds() == 7 * DAY


@behaviour(PROPERTIES, emulator="refuses more than 7 days")
def test_a_subscription_retains_messages_for_10_minutes_to_31_days(service):
    topic = service.topic()
    for seconds in (599, 31 * DAY + 1):
        with pytest.raises(exceptions.InvalidArgument):
            service.subscription(topic, message_retention_duration={"seconds": seconds})
    for seconds in (600, 31 * DAY):
        name = service.subscription(
            topic, f"kept-{seconds}", message_retention_duration={"seconds": seconds}
        )
        assert service.read(name).message_retention_duration.total_seconds() == seconds


@behaviour(SUBSCRIPTION, emulator="does not say")
def test_a_subscription_says_how_long_its_topic_retains_messages(service):
    topic = service.topic(message_retention_duration={"seconds": 3600})
    subscription = service.subscription(topic)
    assert service.read(subscription).topic_message_retention_duration.total_seconds() == 3600


@behaviour(SUBSCRIPTION)
def test_a_subscription_with_an_empty_expiration_policy_never_expires(service):
    subscription = service.subscription(service.topic(), expiration_policy={})
    found = service.read(subscription)
    assert "expiration_policy" in found
    assert not found.expiration_policy.ttl


@behaviour(UPDATE, emulator="refuses to update labels")
def test_an_update_changes_the_ack_deadline_labels_and_retention_of_a_subscription(service):
    subscription = service.subscription(service.topic(), labels={"team": "shop"})
    service.update(
        subscription,
        ack_deadline_seconds=30,
        labels={"team": "till"},
        message_retention_duration={"seconds": 3600},
        retain_acked_messages=True,
    )
    found = service.read(subscription)
    assert found.ack_deadline_seconds == 30
    assert dict(found.labels) == {"team": "till"}
    assert found.message_retention_duration.total_seconds() == 3600
    assert found.retain_acked_messages


@behaviour(UPDATE)
def test_an_update_of_a_subscription_changes_only_what_the_mask_names(service):
    subscription = service.subscription(service.topic(), labels={"team": "shop"})
    service.update(
        subscription, "ack_deadline_seconds", ack_deadline_seconds=30, labels={"team": "till"}
    )
    found = service.read(subscription)
    assert (found.ack_deadline_seconds, dict(found.labels)) == (30, {"team": "shop"})


@behaviour(UPDATE)
def test_policies_are_added_and_removed_by_an_update(service):
    letters = service.topic("letters")
    subscription = service.subscription(service.topic())
    service.update(
        subscription,
        dead_letter_policy={"dead_letter_topic": letters, "max_delivery_attempts": 7},
        retry_policy={"minimum_backoff": {"seconds": 1}, "maximum_backoff": {"seconds": 2}},
    )
    found = service.read(subscription)
    assert found.dead_letter_policy.max_delivery_attempts == 7
    assert found.retry_policy.minimum_backoff.total_seconds() == 1
    service.update(subscription, "dead_letter_policy", "retry_policy")
    found = service.read(subscription)
    assert not found.dead_letter_policy
    assert not found.retry_policy


@behaviour(UPDATE, emulator="accepts 1 to 9 seconds")
def test_an_update_refuses_what_creating_would_refuse(service):
    subscription = service.subscription(service.topic())
    with pytest.raises(exceptions.InvalidArgument):
        service.update(subscription, ack_deadline_seconds=9)
    with pytest.raises(exceptions.InvalidArgument):
        service.update(subscription, message_retention_duration={"seconds": 599})
    assert service.read(subscription).ack_deadline_seconds == 10


@behaviour(f"{RPC}UpdateSubscriptionRequest")
def test_an_update_of_a_subscription_without_a_mask_is_refused(service):
    subscription = service.subscription(service.topic())
    with pytest.raises(exceptions.InvalidArgument):
        service.subscriber.update_subscription(
            request={"subscription": {"name": subscription, "ack_deadline_seconds": 30}}
        )


@behaviour(UPDATE)
def test_an_update_of_a_subscription_refuses_a_field_that_does_not_exist(service):
    subscription = service.subscription(service.topic())
    with pytest.raises(exceptions.InvalidArgument):
        service.update(subscription, "colour")


@behaviour(UPDATE)
def test_the_topic_of_a_subscription_cannot_be_updated(service):
    subscription = service.subscription(service.topic())
    with pytest.raises(exceptions.InvalidArgument):
        service.update(subscription, topic=service.topic("other"))


@behaviour(f"{DOCS}subscription-message-filter")
def test_the_filter_of_a_subscription_cannot_be_updated(service):
    subscription = service.subscription(service.topic(), filter="attributes:kind")
    with pytest.raises(exceptions.InvalidArgument):
        service.update(subscription, filter="attributes:colour")


@behaviour(f"{DOCS}ordering")
def test_the_ordering_of_a_subscription_cannot_be_updated(service):
    subscription = service.subscription(service.topic())
    with pytest.raises(exceptions.InvalidArgument):
        service.update(subscription, enable_message_ordering=True)
