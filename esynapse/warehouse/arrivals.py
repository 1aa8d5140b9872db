"""How old events are when they land: the latency of the stream, and how many come late.

Two histograms in the catalog, counted inside the transaction that lists the events' files, so they
say neither more nor less than the lake. ``arrival_latency`` is fine and kept for two days: ages in
log-spaced buckets by minute of landing, from which quantiles are read. ``arrival_ages`` is coarse
and kept for ever: age classes by event date.
"""

import sqlite3
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from esynapse.warehouse.catalog import now_us

FINEST_SECONDS = 0.01
"""Upper bound of the lowest bucket, which also holds ages below zero: clocks differ."""
BUCKETS_PER_DOUBLING = 8
"""A bucket is 9 % wide, so its middle is within 4.5 % of any age in it."""
HIGHEST_BUCKET = 280
"""10.4 years and more."""
KEPT_MINUTES = 2 * 24 * 60
"""Of the latency by minute."""

ON_TIME = "under_1_minute"
AGE_CLASSES = {
    ON_TIME: 60,
    "under_1_hour": 3600,
    "under_1_day": 86_400,
    "under_7_days": 7 * 86_400,
    "7_days_and_more": None,
}
"""Upper bounds in seconds, exclusive, youngest first. What is not on time is late by age."""

_MINUTE = 60_000_000
_DAY = 86_400_000_000
_NAMES = tuple(AGE_CLASSES)
_BOUNDS = np.array([bound * 1_000_000 for bound in AGE_CLASSES.values() if bound])


@dataclass(frozen=True)
class Latency:
    """From event_timestamp to visible in the lake, in seconds; read within 4.5 %."""

    p50: float
    p99: float
    rows: int


def note_arrivals(connection: sqlite3.Connection, rows: pa.Table, landed_at: int) -> None:
    """Count ``rows`` (EVENT_SCHEMA) by their age, inside the transaction that lands them.

    Args:
        landed_at: of the delivery, microseconds since 1970.
    """
    happened = rows["event_timestamp"].cast(pa.int64()).to_numpy()
    ages = landed_at - happened
    minute = landed_at // _MINUTE
    per_bucket = np.bincount(_buckets(ages))
    filled = np.flatnonzero(per_bucket)
    connection.executemany(
        "insert into arrival_latency values (?, ?, ?)"
        " on conflict do update set rows = rows + excluded.rows",
        [(minute, bucket, int(per_bucket[bucket])) for bucket in filled.tolist()],
    )
    days, classes = happened // _DAY, np.searchsorted(_BOUNDS, ages, side="right")
    keys, counts = np.unique(days * len(_NAMES) + classes, return_counts=True)
    connection.executemany(
        "insert into arrival_ages values (?, ?, ?)"
        " on conflict do update set rows = rows + excluded.rows",
        [
            (str(np.datetime64(key // len(_NAMES), "D")), _NAMES[key % len(_NAMES)], count)
            for key, count in zip(keys.tolist(), counts.tolist(), strict=True)
        ],
    )
    prune(connection, landed_at)


def latency(connection: sqlite3.Connection, *, minutes: int = 15) -> Latency | None:
    """Of what landed in this minute and the ``minutes`` before; None if nothing did."""
    first = now_us() // _MINUTE - minutes
    found = connection.execute(
        "select bucket, sum(rows) from arrival_latency where minute >= ?"
        " group by bucket order by bucket",
        (first,),
    ).fetchall()
    if not found:
        return None
    buckets, rows = np.array(found).T
    reached = np.cumsum(rows)

    def quantile(share: float) -> float:
        rank = np.ceil(share * reached[-1])
        return seconds_of(int(buckets[np.searchsorted(reached, rank)]))

    return Latency(quantile(0.5), quantile(0.99), int(reached[-1]))


def ages(connection: sqlite3.Connection) -> dict[str, int]:
    """Rows by age class, all of them, since the home was made."""
    found = dict(
        connection.execute("select age_class, sum(rows) from arrival_ages group by age_class")
    )
    return {name: int(found.get(name, 0)) for name in AGE_CLASSES}


def prune(connection: sqlite3.Connection, now: int) -> None:
    """Forget the latency of minutes longer ago than KEPT_MINUTES.

    Args:
        now: microseconds since 1970.
    """
    oldest = now // _MINUTE - KEPT_MINUTES
    connection.execute("delete from arrival_latency where minute < ?", (oldest,))


def seconds_of(bucket: int) -> float:
    """The geometric middle of a bucket; of the lowest, its upper bound."""
    middle = max(bucket - 0.5, 0.0)
    return float(FINEST_SECONDS * 2 ** (middle / BUCKETS_PER_DOUBLING))


def _buckets(ages: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The bucket of each age in microseconds."""
    times_finest = np.maximum(ages / (FINEST_SECONDS * 1e6), 0.5)
    found = np.floor(np.log2(times_finest) * BUCKETS_PER_DOUBLING).astype(np.int64) + 1
    clipped: npt.NDArray[np.int64] = np.clip(found, 0, HIGHEST_BUCKET)
    return clipped
