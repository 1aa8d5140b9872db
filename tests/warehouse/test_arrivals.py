"""The age of events at landing: quantiles, age classes, and that nothing is miscounted."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from esynapse.events import EVENT_SCHEMA
from esynapse.warehouse import arrivals, catalog
from esynapse.warehouse.catalog import now_us, transaction

DAY = 86_400
TEN_YEARS = 10 * 365 * DAY
HALF_A_BUCKET = 2 ** (0.5 / arrivals.BUCKETS_PER_DOUBLING)

ages_in_seconds = st.one_of(
    st.floats(-DAY, TEN_YEARS), st.floats(0, 5), st.sampled_from([-1.0, 0.0, 0.01, 60, 3600, DAY])
)


def events_of_age(seconds: list[float], landed_at: int) -> pa.Table:
    happened = pa.array([landed_at - round(age * 1e6) for age in seconds], pa.int64())
    columns = {
        field.name: pa.nulls(len(seconds), field.type)
        if field.name != "event_timestamp"
        else happened.cast(field.type)
        for field in EVENT_SCHEMA
    }
    return pa.table(columns, schema=EVENT_SCHEMA)


def fresh_catalog(path: Path | str = ":memory:") -> sqlite3.Connection:
    return catalog.connect(path)


def note(
    connection: sqlite3.Connection,
    seconds: list[float],
    landed_at: int,
    then: Exception | None = None,
) -> None:
    with transaction(connection):
        arrivals.note_arrivals(connection, events_of_age(seconds, landed_at), landed_at)
        if then:
            raise then


@given(st.lists(ages_in_seconds, min_size=1, max_size=200))
def test_quantiles_are_those_of_numpy_within_half_a_bucket(seconds):
    with closing(fresh_catalog()) as connection:
        note(connection, seconds, now_us())
        found = arrivals.latency(connection)
    for share, value in ((0.5, found.p50), (0.99, found.p99)):
        exact = np.quantile(seconds, share, method="inverted_cdf")
        exact = max(exact, arrivals.FINEST_SECONDS)
        assert exact / HALF_A_BUCKET * 0.9999 <= value <= exact * HALF_A_BUCKET * 1.0001
    assert found.rows == len(seconds)


@given(st.lists(st.lists(ages_in_seconds, min_size=1, max_size=50), min_size=1, max_size=4))
def test_counts_add_up_however_the_events_are_split_into_deliveries(deliveries):
    landed_at = now_us()
    with closing(fresh_catalog()) as split, closing(fresh_catalog()) as whole:
        for delivery in deliveries:
            note(split, delivery, landed_at)
        note(whole, list(chain.from_iterable(deliveries)), landed_at)
        for table in ("arrival_latency", "arrival_ages"):
            rows = [c.execute(f"select * from {table}").fetchall() for c in (split, whole)]
            assert rows[0] == rows[1]
        counted = arrivals.ages(split)
    assert sum(counted.values()) == sum(map(len, deliveries))


@pytest.mark.parametrize(
    ("seconds", "age_class"),
    [
        (-3600, "under_1_minute"),
        (0, "under_1_minute"),
        (59.999999, "under_1_minute"),
        (60, "under_1_hour"),
        (3599.999999, "under_1_hour"),
        (3600, "under_1_day"),
        (DAY - 0.000001, "under_1_day"),
        (DAY, "under_7_days"),
        (7 * DAY - 0.000001, "under_7_days"),
        (7 * DAY, "7_days_and_more"),
        (60 * 365 * DAY, "7_days_and_more"),
    ],
)
def test_an_age_class_starts_at_its_bound_and_the_future_is_on_time(seconds, age_class):
    with closing(fresh_catalog()) as connection:
        note(connection, [seconds], now_us())
        counted = arrivals.ages(connection)
    assert {name for name, rows in counted.items() if rows} == {age_class}


def test_late_rows_stand_under_the_day_they_happened_on_not_the_day_they_landed():
    landed_at = int(datetime(2026, 3, 2, 0, 0, 30, tzinfo=UTC).timestamp()) * 1_000_000
    with closing(fresh_catalog()) as connection:
        note(connection, [1, 45, 90, 90, 3 * DAY], landed_at)
        rows = connection.execute(
            "select * from arrival_ages where age_class <> 'under_1_minute' order by event_date"
        ).fetchall()
    assert rows == [("2026-02-27", "under_7_days", 1), ("2026-03-01", "under_1_hour", 2)]


def test_days_before_1970_are_days_too():
    with closing(fresh_catalog()) as connection:
        note(connection, [0.5, 1.5], 1_000_000)
        rows = connection.execute("select event_date, rows from arrival_ages").fetchall()
    assert sorted(rows) == [("1969-12-31", 1), ("1970-01-01", 1)]


def test_the_latency_is_that_of_the_last_minutes():
    now = now_us()
    with closing(fresh_catalog()) as connection:
        assert arrivals.latency(connection) is None
        note(connection, [1000.0], now - 3600 * 1_000_000)
        assert arrivals.latency(connection) is None
        note(connection, [1.0], now)
        assert arrivals.latency(connection).rows == 1
        assert arrivals.latency(connection, minutes=90).rows == 2


def test_minutes_older_than_two_days_are_forgotten_and_age_classes_are_not():
    landed_at = now_us()
    long_ago = landed_at - (arrivals.KEPT_MINUTES + 1) * 60_000_000
    with closing(fresh_catalog()) as connection:
        note(connection, [1.0] * 3, long_ago)
        note(connection, [1.0], landed_at)
        (kept,) = connection.execute("select sum(rows) from arrival_latency").fetchone()
        assert kept == 1
        assert arrivals.ages(connection)[arrivals.ON_TIME] == 4


def test_what_a_failed_delivery_counted_is_rolled_back_with_it(tmp_path):
    with closing(fresh_catalog(tmp_path / "lake.db")) as connection:
        with pytest.raises(OSError, match="disk"):
            note(connection, [1.0], now_us(), then=OSError("the disk is full"))
        assert not any(arrivals.ages(connection).values())
        assert arrivals.latency(connection) is None
