"""Filters."""

import pytest
from google.api_core import exceptions

from tests.conformance.behaviours import DOCS, behaviour
from tests.conformance.service import bodies

PAGE = f"{DOCS}subscription-message-filter"

IGNORED = "delivers what the filter excludes"
UNREAD = "accepts any text"


def delivered(service, text, **messages):
    """Which of ``messages``, attributes by name, a subscription with the filter ``text`` delivers.

    One that the filter lets through has to be among them.
    """
    topic = service.topic()
    plain = service.subscription(topic, "plain")
    filtered = service.subscription(topic, "filtered", filter=text)
    service.publish(
        topic, *({"data": name.encode(), "attributes": a} for name, a in messages.items())
    )
    assert len(service.receive(plain, len(messages))) == len(messages)
    first = service.receive(filtered)
    return {data.decode() for data in bodies(first + service.pull(filtered))}


def refused(service, text):
    topic = service.topic()
    with pytest.raises(exceptions.InvalidArgument):
        service.subscription(topic, filter=text)


@behaviour(PAGE)
def test_a_subscription_has_the_filter_it_was_created_with(service):
    text = 'attributes.kind = "order"'
    assert service.read(service.subscription(service.topic(), filter=text)).filter == text


@behaviour(PAGE, emulator=IGNORED)
def test_a_filter_can_ask_for_an_attribute(service):
    came = delivered(service, "attributes:kind", yes={"kind": "a"}, no={"colour": "a"})
    assert came == {"yes"}


@behaviour(PAGE, emulator=IGNORED)
def test_a_filter_can_ask_for_a_value(service):
    came = delivered(
        service, 'attributes.kind = "order"', yes={"kind": "order"}, no={"kind": "refund"}
    )
    assert came == {"yes"}


@behaviour(PAGE, emulator=IGNORED)
def test_a_filter_can_exclude_a_value(service):
    came = delivered(
        service, 'attributes.kind != "order"', no={"kind": "order"}, yes={"kind": "refund"}
    )
    assert came == {"yes"}


@behaviour(PAGE, emulator=IGNORED)
def test_a_filter_can_ask_for_a_prefix(service):
    came = delivered(
        service,
        'hasPrefix(attributes.domain, "co")',
        yes={"domain": "com"},
        no={"domain": "net"},
        neither={"kind": "com"},
    )
    assert came == {"yes"}


@behaviour(PAGE, emulator=IGNORED)
def test_a_filter_can_ask_for_two_things_at_once(service):
    came = delivered(
        service,
        'attributes:kind AND attributes.colour = "red"',
        both={"kind": "a", "colour": "red"},
        one={"kind": "a"},
        other={"colour": "red"},
    )
    assert came == {"both"}


@behaviour(PAGE, emulator=IGNORED)
def test_a_filter_can_ask_for_one_of_two_things(service):
    came = delivered(
        service,
        'attributes:kind OR attributes.colour = "red"',
        one={"kind": "a"},
        other={"colour": "red"},
        neither={"colour": "blue"},
    )
    assert came == {"one", "other"}


@behaviour(PAGE, emulator=IGNORED)
def test_a_filter_can_negate_with_a_word_or_a_minus(service):
    came = delivered(
        service,
        "NOT attributes:kind AND -attributes:colour",
        yes={"size": "1"},
        no={"kind": "a"},
        neither={"colour": "red"},
    )
    assert came == {"yes"}


@behaviour(PAGE, emulator=IGNORED)
def test_a_filter_can_group_with_parentheses(service):
    came = delivered(
        service,
        'attributes:kind AND NOT (attributes.colour = "red" OR attributes.colour = "blue")',
        yes={"kind": "a", "colour": "green"},
        red={"kind": "a", "colour": "red"},
        blue={"kind": "a", "colour": "blue"},
        other={"colour": "green"},
    )
    assert came == {"yes"}


@behaviour(PAGE, emulator=IGNORED)
def test_a_filter_can_quote_a_key_with_special_characters(service):
    came = delivered(
        service,
        'attributes."iana.org/language_tag" = "en"',
        yes={"iana.org/language_tag": "en"},
        no={"iana.org/language_tag": "fr"},
    )
    assert came == {"yes"}


@behaviour(PAGE, emulator=IGNORED)
def test_a_filter_is_case_sensitive(service):
    came = delivered(
        service,
        'attributes.kind = "order"',
        yes={"kind": "order"},
        value={"kind": "Order"},
        key={"Kind": "order"},
    )
    assert came == {"yes"}


@behaviour(PAGE, emulator=IGNORED)
def test_what_a_filter_excludes_is_acknowledged_by_the_service(service):
    topic = service.topic()
    subscription = service.subscription(
        topic, filter="attributes:kind", enable_message_ordering=True
    )
    service.publish(topic, {"data": b"excluded", "ordering_key": "k"})
    wanted = {"data": b"wanted", "attributes": {"kind": "a"}, "ordering_key": "k"}
    service.publish(topic, wanted)
    assert bodies(service.receive(subscription)) == [b"wanted"]


@behaviour(PAGE, emulator=UNREAD)
def test_a_filter_that_breaks_the_syntax_is_refused(service):
    for number, text in enumerate(
        ["attributes", "attributes.kind", "attributes.kind = order", 'kind = "order"', "(", "x AND"]
    ):
        topic = service.topic(f"topic-{number}")
        with pytest.raises(exceptions.InvalidArgument):
            service.subscription(topic, f"reader-{number}", filter=text)


@behaviour(PAGE, emulator=UNREAD)
def test_a_filter_with_operators_in_lowercase_is_refused(service):
    refused(service, "attributes:kind and attributes:colour")


@behaviour(PAGE, emulator=UNREAD)
def test_a_filter_with_different_operators_and_no_parentheses_is_refused(service):
    refused(service, "attributes:kind AND attributes:colour OR attributes:size")


@behaviour(PAGE, emulator="accepts any length")
def test_a_filter_of_256_bytes_is_accepted_and_a_longer_one_refused(service):
    text = 'attributes.kind = "{}"'
    longest = text.format("x" * (256 - len(text.format(""))))
    service.subscription(service.topic(), filter=longest)
    with pytest.raises(exceptions.InvalidArgument):
        service.subscription(service.topic("other"), "other", filter=longest.replace("x", "xx", 1))
