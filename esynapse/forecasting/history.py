"""What happened so far, as a matrix: one row per series, one column per day or hour, no gaps.

A *slot* is the integer number of a day (proleptic ordinal of the shop's date) or of an hour.
Slots count evenly where instants do not: a day of a zone with summer time has 23 or 25 hours.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple, Protocol, TypeVar
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from esynapse.errors import EsynapseError

Values = npt.NDArray[np.float64]

T = TypeVar("T")

_HOUR = timedelta(hours=1)


class Calendar(Protocol):
    """Numbers the steps of a series."""

    def slot(self, instant: datetime) -> int:
        """The step that the instant lies in."""

    def start(self, slot: int) -> datetime:
        """The instant, in UTC, at which the step starts."""


class Days:
    """The shop's days, midnight to midnight in its zone."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone

    def slot(self, instant: datetime) -> int:
        return instant.astimezone(self._zone).toordinal()

    def start(self, slot: int) -> datetime:
        # Where summer time skips midnight, this is the instant of the skip: the day's true start.
        day = date.fromordinal(slot)
        return datetime(day.year, day.month, day.day, tzinfo=self._zone).astimezone(UTC)


class Hours:
    """Hours as instants, counted from ``anchor``, which keeps the half hours of Asia/Kolkata."""

    def __init__(self, anchor: datetime) -> None:
        self._anchor = anchor

    def slot(self, instant: datetime) -> int:
        return (instant - self._anchor) // _HOUR

    def start(self, slot: int) -> datetime:
        return (self._anchor + slot * _HOUR).astimezone(UTC)


class Series(NamedTuple):
    """What is forecast."""

    measure: str
    """'net_revenue' or 'orders'."""
    series_id: str
    """'total' or 'category:<name>'."""

    def __str__(self) -> str:
        return f"{self.measure} of {self.series_id}"


class Dense(NamedTuple):
    """A history without gaps; all series span the same steps."""

    series: list[Series]
    """In order of first appearance."""
    values: Values
    """(series, steps): what each step brought."""
    first_slot: int
    """The slot of column 0."""

    @property
    def steps(self) -> int:
        return int(self.values.shape[1])


def newest(history: pa.Table) -> datetime:
    """The newest timestamp of the history.

    Raises:
        EsynapseError: the history has no rows.
    """
    latest: datetime | None = pc.max(history["timestamp"]).as_py()
    if latest is None:
        raise EsynapseError(
            "there is no complete day of sales to forecast from: load events and transform first"
        )
    return latest


def densify(history: pa.Table, calendar: Calendar) -> Dense:
    """Lay the rows of ``history`` (measure, series_id, timestamp, value) out by series and step.

    Steps without a row, before a series' first row too, had no sales and count zero.

    Raises:
        EsynapseError: no rows, two for one series and timestamp, or a value that is no number.
    """
    newest(history)
    keys = history.group_by(["measure", "series_id", "timestamp"]).aggregate([([], "count_all")])
    if keys.num_rows < history.num_rows:
        raise EsynapseError(
            "the history of sales has several rows for one series and timestamp: give one row each"
        )
    values = history["value"].fill_null(0).to_numpy()
    if not np.isfinite(values).all():
        raise EsynapseError("the history of sales holds a value that is no number: remove it")
    names = zip(history["measure"].to_pylist(), history["series_id"].to_pylist(), strict=True)
    series, rows = _encode(Series(*name) for name in names)
    instants, columns = _encode(history["timestamp"].to_pylist())
    slots = np.array([calendar.slot(instant) for instant in instants])
    first, last = int(slots.min()), int(slots.max())
    matrix = np.zeros((len(series), last - first + 1))
    np.add.at(matrix, (rows, slots[columns] - first), values)
    return Dense(series, matrix, first)


def _encode(items: Iterable[T]) -> tuple[list[T], npt.NDArray[np.int64]]:
    """The distinct items in order of appearance, and for each item its place among them."""
    places: dict[T, int] = {}
    codes = [places.setdefault(item, len(places)) for item in items]
    return list(places), np.array(codes, dtype=np.int64)
