"""JSON messages against the columns of a table."""

import json
from datetime import UTC, datetime

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from esynapse.events import EVENT_SCHEMA, encode_events
from esynapse.ingest.pubsub import decode as module
from esynapse.ingest.pubsub.decode import decode

NOON = '"event_timestamp":"2024-05-01T12:00:00Z"'


def reason(message: bytes) -> str:
    (rejected,) = decode([message], EVENT_SCHEMA).rejected
    return rejected[1]


def only_row(message: bytes) -> dict[str, object]:
    decoded = decode([message], EVENT_SCHEMA)
    assert decoded.rejected == []
    (row,) = decoded.rows.to_pylist()
    return {name: value for name, value in row.items() if value is not None}


def test_what_encode_events_writes_is_read_back_as_it_was(events):
    table = events(1000)
    decoded = decode(list(encode_events(table)), EVENT_SCHEMA)
    assert decoded.rejected == []
    assert decoded.rows.equals(table)


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (b"", "not JSON: the message is empty"),
        (b"hello", "not JSON"),
        (b'{"event_id":"a"', "not JSON"),
        (b"{}{}", "not JSON"),
        (b'{"sale_price":NaN}', "not JSON: NaN is no JSON value"),
        (b"[1]", "the JSON value is no object"),
        (b"null", "the JSON value is no object"),
        (b"[" * 200_000, "nested too deeply"),
        (b'{"event_id":"\xff\xfe"}', "not UTF-8: invalid start byte at byte 13"),
        (b"{}", "field event_timestamp is missing"),
        (b'{"event_timestamp":null}', "field event_timestamp is missing"),
        (f'{{{NOON},"colour":"red"}}'.encode(), 'unknown field "colour"'),
        (f'{{{NOON},"event_id":7}}'.encode(), "field event_id: 7 is no string"),
        (f'{{{NOON},"event_id":{{}}}}'.encode(), "field event_id: an object is no string"),
        (f'{{{NOON},"event_id":"\\ud800"}}'.encode(), "is no valid Unicode"),
        (f'{{{NOON},"on_sale":"true"}}'.encode(), 'field on_sale: "true" is no boolean'),
        (f'{{{NOON},"sale_price":"9.99"}}'.encode(), 'field sale_price: "9.99" is no number'),
        (f'{{{NOON},"sale_price":1e999}}'.encode(), "is too large for a FLOAT"),
        (f'{{{NOON},"sale_price":true}}'.encode(), "field sale_price: true is no number"),
        (f'{{{NOON},"quantity":1.5}}'.encode(), "field quantity: 1.5 is no integer"),
        (f'{{{NOON},"quantity":"two"}}'.encode(), 'field quantity: "two" is no integer'),
        (f'{{{NOON},"quantity":{2**63}}}'.encode(), "is too large for an INTEGER"),
        (b'{"event_timestamp":"yesterday"}', "is no RFC 3339 time"),
        (b'{"event_timestamp":"2024-05-01T12:00:00"}', "is no RFC 3339 time with a zone"),
        (b'{"event_timestamp":"2024-13-01T12:00:00Z"}', "is no instant"),
        (b'{"event_timestamp":1e9}', "is no RFC 3339 time"),
        (b'{"event_timestamp":9223372036854775807}', "is no instant of the years 1 to 9999"),
    ],
)
def test_a_message_that_does_not_fit_is_rejected_with_the_reason(message, expected):
    assert expected in reason(message)


@pytest.mark.parametrize(
    ("stamp", "instant"),
    [
        ('"2024-05-01T12:00:00Z"', datetime(2024, 5, 1, 12, tzinfo=UTC)),
        ('"2024-05-01 14:30:00.5+02:30"', datetime(2024, 5, 1, 12, 0, 0, 500_000, tzinfo=UTC)),
        ('"2024-05-01t12:00:00.123456789z"', datetime(2024, 5, 1, 12, 0, 0, 123_456, tzinfo=UTC)),
        ("1714564800000001", datetime(2024, 5, 1, 12, 0, 0, 1, tzinfo=UTC)),
        ("-1", datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)),
    ],
)
def test_a_timestamp_is_rfc_3339_or_integer_microseconds(stamp, instant):
    assert only_row(f'{{"event_timestamp":{stamp}}}'.encode()) == {"event_timestamp": instant}


def test_an_integer_may_be_a_string_of_digits():
    assert only_row(f'{{{NOON},"quantity":"-12"}}'.encode())["quantity"] == -12


def test_every_column_but_the_partition_column_may_be_missing():
    assert list(only_row(f"{{{NOON}}}".encode())) == ["event_timestamp"]


def test_line_breaks_inside_a_message_do_not_split_it():
    assert only_row(f'{{\n {NOON},\r\n "event_id": "a"\n}}\n'.encode())["event_id"] == "a"


def test_unknown_fields_are_dropped_when_the_subscription_says_so():
    message = f'{{{NOON},"colour":"red","event_id":"a"}}'.encode()
    decoded = decode([message], EVENT_SCHEMA, drop_unknown_fields=True)
    assert decoded.rejected == []
    assert decoded.rows["event_id"].to_pylist() == ["a"]


def test_a_bad_message_among_many_is_found_and_the_others_keep_their_order(events):
    table = events(700)
    messages = list(encode_events(table))
    messages.insert(300, b"broken")
    decoded = decode(messages, EVENT_SCHEMA)
    assert [position for position, _ in decoded.rejected] == [300]
    assert decoded.rows.equals(table)


scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from(["0000-01-01T00:00:00Z", "2024-02-30T00:00:00Z", "2024-01-01T00:00:60Z"]),
    st.datetimes(timezones=st.just(UTC)).map(datetime.isoformat),
)
objects = st.dictionaries(
    st.sampled_from([*EVENT_SCHEMA.names, "unknown"]), scalars, max_size=4
).map(lambda value: {"event_timestamp": 0} | value if len(value) % 2 else value)
messages_of_any_kind = st.one_of(
    objects.map(lambda value: json.dumps(value).encode()),
    st.binary(max_size=12),
    st.text('{}[]",: \n0e.-', max_size=12).map(str.encode),
)


@given(st.lists(messages_of_any_kind, min_size=1, max_size=3))
def test_parsing_together_accepts_nothing_that_parsing_one_by_one_does_not(messages):
    together = module._decode_together(messages, EVENT_SCHEMA, False)
    rows, rejected = module._decode_one_by_one(messages, EVENT_SCHEMA, False)
    assert rows.num_rows + len(rejected) == len(messages)
    if together is not None:
        assert rejected == []
        assert together.equals(rows)


def test_bytes_columns_are_base64():
    schema = pa.schema([pa.field("data", pa.binary())])
    decoded = decode([b'{"data":"aGk="}', b'{"data":"?"}'], schema)
    assert decoded.rows["data"].to_pylist() == [b"hi"]
    assert decoded.rejected == [(1, 'field data: "?" is no base64 string')]
