"""Topics."""

import pytest
from google.api_core import exceptions

from tests.conformance.behaviours import DOCS, RPC, behaviour
from tests.conformance.service import bodies

NAMES = f"{DOCS}pubsub-basics#resource_names"
ERRORS = f"{DOCS}reference/error-codes"
UPDATE = f"{RPC}Publisher.UpdateTopic"
DELETE = f"{RPC}Publisher.DeleteTopic"
DETACH = f"{RPC}Publisher.DetachSubscription"
LIST_SUBSCRIPTIONS = f"{RPC}Publisher.ListTopicSubscriptions"

UNIMPLEMENTED = "answers UNIMPLEMENTED"

BAD_IDS = ["ab", "a" * 256, "1st", "-abc", "goog-topic", "white space", "a/b", "käse", "a:b"]


def update_topic(service, name, *paths, **fields):
    mask = {"paths": list(paths)}
    request = {"topic": {"name": name} | fields, "update_mask": mask}
    return service.publisher.update_topic(request=request)


@behaviour(f"{RPC}Publisher.CreateTopic")
def test_a_topic_is_found_as_it_was_created(service):
    created = service.publisher.create_topic(
        request={"name": service.topic_name("orders"), "labels": {"team": "shop"}}
    )
    assert created.name == service.topic_name("orders")
    found = service.publisher.get_topic(topic=created.name)
    assert found.name == created.name
    assert dict(found.labels) == {"team": "shop"}


@behaviour(ERRORS)
def test_a_topic_that_exists_is_not_created_again(service):
    name = service.topic()
    with pytest.raises(exceptions.AlreadyExists):
        service.publisher.create_topic(name=name)


@behaviour(NAMES)
def test_a_topic_name_that_breaks_the_rules_is_refused(service):
    for bad in BAD_IDS:
        with pytest.raises(exceptions.InvalidArgument):
            service.topic(bad)
    with pytest.raises(exceptions.InvalidArgument):
        service.publisher.create_topic(name="orders")
    with pytest.raises(exceptions.InvalidArgument):
        service.publisher.create_topic(name=service.subscription_name("orders"))


@behaviour(NAMES)
def test_a_topic_name_of_3_or_255_allowed_characters_is_accepted(service):
    for good in ["abc", "Z" * 255, "a-b_c.d~e+f%20"]:
        assert service.topic(good) == service.topic_name(good)


@behaviour(f"{RPC}Publisher.ListTopics")
def test_the_topics_of_a_project_are_listed_in_pages(service):
    names = [service.topic(f"topic-{number}") for number in range(5)]
    service.publisher.create_topic(name=f"projects/{service.project}-2/topics/elsewhere")
    listed, token, pages = [], "", 0
    while token or not pages:
        request = {
            "project": f"projects/{service.project}",
            "page_size": 2,
            "page_token": token,
        }
        page = next(service.publisher.list_topics(request=request).pages)
        assert len(page.topics) <= 2
        listed += [topic.name for topic in page.topics]
        token, pages = page.next_page_token, pages + 1
    assert sorted(listed) == names
    assert pages == 3


@behaviour(ERRORS)
def test_a_topic_that_is_not_there_is_not_found(service):
    name = service.topic_name("nothing")
    with pytest.raises(exceptions.NotFound):
        service.publisher.get_topic(topic=name)
    with pytest.raises(exceptions.NotFound):
        service.publisher.delete_topic(topic=name)
    with pytest.raises(exceptions.NotFound):
        update_topic(service, name, "labels", labels={"team": "shop"})


@behaviour(UPDATE, emulator="refuses to update labels")
def test_the_labels_of_a_topic_are_replaced(service):
    name = service.topic(labels={"team": "shop", "stage": "test"})
    updated = update_topic(service, name, "labels", labels={"team": "till"})
    assert dict(updated.labels) == {"team": "till"}
    assert dict(service.publisher.get_topic(topic=name).labels) == {"team": "till"}


@behaviour(UPDATE)
def test_an_update_of_a_topic_changes_only_what_the_mask_names(service):
    name = service.topic(labels={"team": "shop"})
    kept = {"seconds": 3600}
    update_topic(
        service,
        name,
        "message_retention_duration",
        message_retention_duration=kept,
        labels={"team": "till"},
    )
    found = service.publisher.get_topic(topic=name)
    assert dict(found.labels) == {"team": "shop"}
    assert found.message_retention_duration.total_seconds() == 3600


@behaviour(f"{RPC}UpdateTopicRequest")
def test_an_update_of_a_topic_without_a_mask_is_refused(service):
    name = service.topic()
    with pytest.raises(exceptions.InvalidArgument):
        update_topic(service, name, labels={"team": "till"})


@behaviour(UPDATE)
def test_an_update_of_a_topic_refuses_a_field_that_does_not_exist(service):
    name = service.topic()
    with pytest.raises(exceptions.InvalidArgument):
        update_topic(service, name, "colour")


@behaviour(UPDATE)
def test_the_name_of_a_topic_cannot_be_updated(service):
    name = service.topic()
    with pytest.raises(exceptions.InvalidArgument):
        update_topic(service, name, "name")


@behaviour(f"{RPC}Topic")
def test_a_topic_retains_messages_for_10_minutes_to_31_days(service):
    for seconds in (599, 31 * 86400 + 1):
        with pytest.raises(exceptions.InvalidArgument):
            service.topic(message_retention_duration={"seconds": seconds})
    for seconds in (600, 31 * 86400):
        name = service.topic(f"kept-{seconds}", message_retention_duration={"seconds": seconds})
        found = service.publisher.get_topic(topic=name)
        assert found.message_retention_duration.total_seconds() == seconds


@behaviour(DELETE)
def test_the_subscriptions_of_a_deleted_topic_stay_and_say_so(service):
    topic = service.topic()
    subscription = service.subscription(topic)
    service.publisher.delete_topic(topic=topic)
    assert service.read(subscription).topic == "_deleted-topic_"
    with pytest.raises(exceptions.NotFound):
        service.publisher.get_topic(topic=topic)


@behaviour(f"{DOCS}delete-topic")
def test_the_backlog_of_a_deleted_topic_can_still_be_pulled(service):
    topic = service.topic()
    subscription = service.subscription(topic)
    service.publish(topic, b"before")
    service.publisher.delete_topic(topic=topic)
    assert bodies(service.receive(subscription)) == [b"before"]


@behaviour(DELETE)
def test_a_topic_created_again_has_none_of_the_old_subscriptions(service):
    topic = service.topic()
    old = service.subscription(topic, "old")
    service.publisher.delete_topic(topic=topic)
    service.topic()
    new = service.subscription(topic, "new")
    service.publish(topic, b"after")
    assert bodies(service.receive(new)) == [b"after"]
    assert service.pull(old) == []
    assert list(service.publisher.list_topic_subscriptions(topic=topic)) == [new]


@behaviour(LIST_SUBSCRIPTIONS)
def test_the_subscriptions_of_a_topic_are_listed_in_pages(service):
    topic, other = service.topic(), service.topic("other")
    names = [service.subscription(topic, f"reader-{number}") for number in range(3)]
    service.subscription(other, "of-another-topic")
    request = {"topic": topic, "page_size": 2}
    pages = list(service.publisher.list_topic_subscriptions(request=request).pages)
    assert [len(page.subscriptions) for page in pages] == [2, 1]
    assert sorted(name for page in pages for name in page.subscriptions) == names


@behaviour(ERRORS, emulator="lists none")
def test_the_subscriptions_of_a_topic_that_is_not_there_are_not_found(service):
    with pytest.raises(exceptions.NotFound):
        list(service.publisher.list_topic_subscriptions(topic=service.topic_name("nothing")))


@behaviour(DETACH, emulator=UNIMPLEMENTED)
def test_a_detached_subscription_says_so_and_is_off_the_list_of_its_topic(service):
    topic = service.topic()
    subscription, kept = service.subscription(topic), service.subscription(topic, "kept")
    service.publisher.detach_subscription(request={"subscription": subscription})
    assert service.read(subscription).detached
    assert list(service.publisher.list_topic_subscriptions(topic=topic)) == [kept]


@behaviour(DETACH, emulator=UNIMPLEMENTED)
def test_a_detached_subscription_cannot_be_pulled(service):
    topic = service.topic()
    subscription = service.subscription(topic)
    service.publish(topic, b"dropped")
    service.publisher.detach_subscription(request={"subscription": subscription})
    with pytest.raises(exceptions.FailedPrecondition):
        service.pull(subscription)


@behaviour(ERRORS, emulator=UNIMPLEMENTED)
def test_a_subscription_that_is_not_there_cannot_be_detached(service):
    with pytest.raises(exceptions.NotFound):
        service.publisher.detach_subscription(
            request={"subscription": service.subscription_name("nothing")}
        )
