"""The JSON of an event is what a BigQuery subscription with a table schema accepts."""

import json
from datetime import UTC, datetime, timedelta

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from esynapse.events import EVENT_SCHEMA, EVENT_TYPES, encode_events

moments = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))
rows = st.fixed_dictionaries(
    {
        "event_id": st.text(min_size=1, max_size=20),
        "event_timestamp": moments,
        "event_type": st.sampled_from(EVENT_TYPES),
        "user_id": st.none() | st.text(max_size=5),
        "session_id": st.none() | st.text(max_size=5),
        "product_id": st.none() | st.text(max_size=5),
        "on_sale": st.none() | st.booleans(),
        "sale_price": st.none() | st.floats(0, 1e6),
        "quantity": st.none() | st.integers(1, 99),
        "rating": st.none() | st.integers(1, 5),
        "source": st.just("live"),
    }
)

odd_rows = st.fixed_dictionaries(
    {
        "event_id": st.none() | st.text(),
        "event_timestamp": st.none() | moments,
        "event_type": st.text(alphabet='"\\/\x00\x1f\x7f\u2028é😀a', max_size=4),
        "sale_price": st.none() | st.floats(),
        "quantity": st.none() | st.integers(-(2**63), 2**63 - 1),
        "on_sale": st.none() | st.booleans(),
    }
)


@given(st.lists(odd_rows, max_size=6))
def test_the_bytes_are_those_of_pythons_json(events: list[dict]) -> None:
    table = pa.Table.from_pylist(events, schema=EVENT_SCHEMA)
    for row, found in zip(table.to_pylist(), encode_events(table), strict=True):
        if stamp := row["event_timestamp"]:
            row["event_timestamp"] = f"{stamp:%Y-%m-%dT%H:%M:%S.%fZ}"
        present = {name: value for name, value in row.items() if value is not None}
        assert found == json.dumps(present, separators=(",", ":"), ensure_ascii=False).encode()


@given(st.lists(rows, max_size=5))
def test_an_encoded_event_holds_every_value_and_leaves_nulls_out(events: list[dict]) -> None:
    table = pa.Table.from_pylist(events, schema=EVENT_SCHEMA)
    decoded = [json.loads(data) for data in encode_events(table)]
    for event, found in zip(events, decoded, strict=True):
        stamp = datetime.fromisoformat(found.pop("event_timestamp"))
        assert stamp == event.pop("event_timestamp")
        assert stamp.utcoffset() == timedelta(0)
        assert found == {name: value for name, value in event.items() if value is not None}
