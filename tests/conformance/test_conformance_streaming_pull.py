"""StreamingPull."""

import grpc
from google.cloud import pubsub_v1

from tests.conformance.behaviours import DOCS, RPC, behaviour
from tests.conformance.service import bodies, eventually
from tests.conformance.streams import Stream

REQUEST = f"{RPC}StreamingPullRequest"
ERRORS = f"{DOCS}reference/error-codes"
UNLIMITED = "ignores the limit"
UNIMPLEMENTED = "answers UNIMPLEMENTED"

INVALID = grpc.StatusCode.INVALID_ARGUMENT


def opened(service, subscription, **limits):
    return Stream(service, subscription=subscription, stream_ack_deadline_seconds=10, **limits)


@behaviour(f"{DOCS}pull#streamingpull_api")
def test_a_stream_brings_what_waits_and_what_is_published_later(service, topic, subscription):
    service.publish(topic, b"before")
    with opened(service, subscription) as stream:
        stream.wait_for(1)
        service.publish(topic, b"after")
        assert bodies(stream.wait_for(2)) == [b"before", b"after"]


@behaviour(REQUEST)
def test_a_message_acknowledged_on_the_stream_does_not_come_again(service, topic, subscription):
    service.publish(topic, b"acknowledged", b"given back")
    with opened(service, subscription) as stream:
        first = stream.wait_for(2)
        acknowledged = [m.ack_id for m in first if m.message.data == b"acknowledged"]
        everything = [m.ack_id for m in first]
        stream.send(ack_ids=acknowledged)
        stream.send(modify_deadline_ack_ids=everything, modify_deadline_seconds=[0, 0])
        assert bodies(stream.wait_for(3)[2:]) == [b"given back"]


@behaviour(REQUEST)
def test_a_message_received_elsewhere_can_be_acknowledged_on_the_stream(
    service, topic, subscription
):
    service.publish(topic, b"acknowledged")
    (received,) = service.receive(subscription)
    with opened(service, subscription) as stream:
        stream.send(ack_ids=[received.ack_id])
        stream.send(modify_deadline_ack_ids=[received.ack_id], modify_deadline_seconds=[0])
        service.publish(topic, b"next")
        assert bodies(stream.wait_for(1)) == [b"next"]


@behaviour(REQUEST)
def test_a_message_whose_deadline_is_set_to_0_on_the_stream_comes_again(
    service, topic, subscription
):
    service.publish(topic, b"x")
    with opened(service, subscription) as stream:
        (first,) = stream.wait_for(1)
        stream.send(modify_deadline_ack_ids=[first.ack_id], modify_deadline_seconds=[0])
        _, second = stream.wait_for(2)
        assert second.message.message_id == first.message.message_id


@behaviour(REQUEST)
def test_a_deadline_can_be_changed_on_the_stream(service, topic, subscription):
    service.publish(topic, b"lapses", b"extended")
    with opened(service, subscription) as stream:
        ids = {m.message.data: m.ack_id for m in stream.wait_for(2)}
        stream.send(
            modify_deadline_ack_ids=[ids[b"lapses"], ids[b"extended"]],
            modify_deadline_seconds=[1, 60],
        )
        assert bodies(stream.wait_for(3)[2:]) == [b"lapses"]


@behaviour(REQUEST, emulator=UNLIMITED)
def test_no_more_messages_are_outstanding_than_the_stream_allows(service, topic, subscription):
    service.publish(topic, *[b"x"] * 10)
    with opened(service, subscription, max_outstanding_messages=3) as stream:
        first = stream.wait_for(3)
        assert len(first) == 3
        rest = service.receive(subscription, 7)
        assert len({m.message.message_id for m in first + rest}) == 10
        assert len(stream.received) == 3


@behaviour(REQUEST)
def test_a_stream_goes_on_as_messages_are_acknowledged(service, topic, subscription):
    service.publish(topic, *[b"x"] * 10)
    with opened(service, subscription, max_outstanding_messages=3) as stream:
        for _ in range(10):
            known = len(stream.received)
            stream.send(ack_ids=[m.ack_id for m in stream.received])
            if known == 10:
                break
            stream.wait_for(known + 1)
        assert len({m.message.message_id for m in stream.wait_for(10)}) == 10


@behaviour(REQUEST, emulator=UNLIMITED)
def test_no_more_bytes_are_outstanding_than_the_stream_allows(service, topic, subscription):
    service.publish(topic, *[b"x" * 1000] * 10)
    with opened(service, subscription, max_outstanding_bytes=2500) as stream:
        assert len(stream.wait_for(2)) <= 3
        others = service.receive(subscription, 7)
        assert len(stream.received) + len(others) == 10
        assert len(stream.received) <= 3


@behaviour(REQUEST)
def test_a_first_request_without_a_subscription_is_refused(service):
    with Stream(service, stream_ack_deadline_seconds=10) as stream:
        assert stream.ended_with() is INVALID


@behaviour(REQUEST)
def test_a_first_request_without_an_ack_deadline_is_refused(service, subscription):
    with Stream(service, subscription=subscription) as stream:
        assert stream.ended_with() is INVALID


@behaviour(REQUEST)
def test_an_ack_deadline_of_a_stream_beyond_10_to_600_seconds_is_refused(service, subscription):
    for seconds in (9, 601):
        with Stream(
            service, subscription=subscription, stream_ack_deadline_seconds=seconds
        ) as stream:
            assert stream.ended_with() is INVALID


@behaviour(ERRORS)
def test_a_stream_for_a_subscription_that_is_not_there_is_not_found(service):
    with opened(service, service.subscription_name("nothing")) as stream:
        assert stream.ended_with() is grpc.StatusCode.NOT_FOUND


@behaviour(f"{RPC}Publisher.DetachSubscription", emulator=UNIMPLEMENTED)
def test_a_detached_subscription_cannot_be_streamed(service, subscription):
    service.publisher.detach_subscription(request={"subscription": subscription})
    with opened(service, subscription) as stream:
        assert stream.ended_with() is grpc.StatusCode.FAILED_PRECONDITION


@behaviour(REQUEST)
def test_an_ack_id_that_is_none_ends_the_stream(service, topic, subscription):
    with opened(service, subscription) as stream:
        service.publish(topic, b"x")
        stream.wait_for(1)
        stream.send(ack_ids=["nonsense"])
        assert stream.ended_with() is INVALID


@behaviour(REQUEST)
def test_deadlines_that_do_not_pair_with_ack_ids_end_the_stream(service, topic, subscription):
    service.publish(topic, b"x")
    with opened(service, subscription) as stream:
        (received,) = stream.wait_for(1)
        stream.send(modify_deadline_ack_ids=[received.ack_id], modify_deadline_seconds=[10, 20])
        assert stream.ended_with() is INVALID


@behaviour(REQUEST)
def test_a_negative_deadline_ends_the_stream(service, topic, subscription):
    service.publish(topic, b"x")
    with opened(service, subscription) as stream:
        (received,) = stream.wait_for(1)
        stream.send(modify_deadline_ack_ids=[received.ack_id], modify_deadline_seconds=[-1])
        assert stream.ended_with() is INVALID


@behaviour(REQUEST, emulator="goes on")
def test_flow_control_set_later_than_in_the_first_request_ends_the_stream(
    service, topic, subscription
):
    service.publish(topic, b"x")
    with opened(service, subscription) as stream:
        stream.wait_for(1)
        stream.send(max_outstanding_messages=5)
        assert stream.ended_with(seconds=2) is INVALID


@behaviour(f"{DOCS}pull#streamingpull_api")
def test_two_streams_share_the_messages_of_a_subscription(service, topic, subscription):
    with opened(service, subscription) as one, opened(service, subscription) as two:
        for number in range(40):
            service.publish(topic, str(number).encode())
        eventually(lambda: len(one.received) + len(two.received) >= 40)
        came = bodies(one.received + two.received)
    assert sorted(came) == sorted(str(number).encode() for number in range(40))


@behaviour(f"{DOCS}subscriber")
def test_the_client_library_receives_everything_once_within_its_flow_control(
    service, topic, subscription
):
    came = []

    def take(message):
        came.append(message.data)
        message.ack()

    control = pubsub_v1.types.FlowControl(max_messages=50)
    future = service.high_level_subscriber.subscribe(subscription, take, flow_control=control)
    sent = [str(number).encode() for number in range(1000)]
    for start in range(0, 1000, 250):
        service.publish(topic, *sent[start : start + 250])
    eventually(lambda: len(came) >= 1000)
    future.cancel()
    future.result(timeout=10)
    assert sorted(came) == sorted(sent)


@behaviour(f"{DOCS}subscriber")
def test_a_message_that_the_client_library_gives_back_comes_again(service, topic, subscription):
    came = []

    def take(message):
        came.append(message.data)
        message.ack() if len(came) > 1 else message.nack()

    future = service.high_level_subscriber.subscribe(subscription, take)
    service.publish(topic, b"x")
    eventually(lambda: len(came) == 2)
    future.cancel()
    future.result(timeout=10)
