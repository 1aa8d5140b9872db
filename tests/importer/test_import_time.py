"""Timestamps: zones, daylight saving, offsets, formats."""

from datetime import UTC, datetime

import pytest

from esynapse.errors import EsynapseError

HEADER = "time,user,item,quantity,price\n"


def stamp(import_text, events, text: str, **changes) -> str:
    import_text(f'{HEADER}"{text}",ann,mug,1,9.50\n', **changes)
    [event] = events()
    return event["event_timestamp"].astimezone(UTC).isoformat().removesuffix("+00:00")


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2024-01-15 12:00:00", "2024-01-15T11:00:00"),
        ("2024-07-15 12:00:00", "2024-07-15T10:00:00"),
        ("2024-07-15", "2024-07-14T22:00:00"),
        ("2024-03-31 01:59:59", "2024-03-31T00:59:59"),
        ("2024-03-31 02:30:00", "2024-03-31T01:30:00"),  # the hour that is not: moved on
        ("2024-03-31 03:00:00", "2024-03-31T01:00:00"),
        ("2024-10-27 01:59:59", "2024-10-26T23:59:59"),
        ("2024-10-27 02:30:00", "2024-10-27T01:30:00"),  # the hour that is twice: the later one
        ("2024-07-15T12:00:00Z", "2024-07-15T12:00:00"),
        ("2024-07-15 12:00:00.25+05:30", "2024-07-15T06:30:00.250000"),
        ("2024-07-15T12:00:00-0700", "2024-07-15T19:00:00"),
    ],
)
def test_local_times_are_of_the_zone_and_offsets_win(import_text, events, text, utc):
    assert stamp(import_text, events, text, timezone="Europe/Berlin") == utc


@pytest.mark.parametrize(
    ("text", "formats", "utc"),
    [
        ("19970101", ["%Y%m%d"], "1997-01-01T05:00:00"),
        ("12/1/2010 8:26", ["%m/%d/%Y %H:%M"], "2010-12-01T13:26:00"),
        ("1.12.2010", ["%m/%d/%Y", "%d.%m.%Y"], "2010-12-01T05:00:00"),
        ("2010-12-01 08:26 +0200", ["%Y-%m-%d %H:%M %z"], "2010-12-01T06:26:00"),
        ("1700000000", ["unix_s"], "2023-11-14T22:13:20"),
        ("1700000000123", ["unix_ms"], "2023-11-14T22:13:20.123000"),
    ],
)
def test_formats_are_tried_in_order(import_text, events, text, formats, utc):
    changes = {"timezone": "America/New_York", "timestamp_formats": formats}
    assert stamp(import_text, events, text, **changes) == utc


def test_a_date_and_a_time_in_two_columns_are_joined(import_text, events):
    import_text(
        "day,clock,user,item,quantity,price\n2024-07-15,12:30,ann,mug,1,9.50\n",
        events={"event_timestamp": {"column": ["day", "clock"]}},
    )
    assert events()[0]["event_timestamp"] == datetime(2024, 7, 15, 12, 30, tzinfo=UTC)


def test_without_a_zone_a_time_without_offset_stops_the_import_and_nothing_lands(
    import_text, warehouse
):
    rows = "2024-07-15T12:00:00Z,ann,mug,1,9.50\nbad\n2024-07-15 12:00,ann,mug,1,9.50\n"
    with pytest.raises(EsynapseError, match="line 4: the timestamp has no offset"):
        import_text(HEADER + rows, timezone=None)
    for table in ("live_events", "dead_letter_events", "products"):
        assert warehouse.lake.files(table) == []
