"""One UTC day and the shop's own dates and hours in it.

Instants are whole microseconds since 1970 (int64); dates are proleptic ordinals
(``date.toordinal``).
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np

from esynapse.shop.columns import Floats, Ints

SECOND = 1_000_000
HOUR = 3600 * SECOND
DAY = 24 * HOUR
BIN = HOUR // 4
"""Offsets of all time zones change on quarter hours of UTC."""
BINS = DAY // BIN
NEVER = np.iinfo(np.int64).max
"""An instant that does not come."""
_EPOCH = date(1970, 1, 1).toordinal()


@dataclass(frozen=True)
class DayClock:
    """The UTC day ``ordinal`` and the one after it, into which sessions may run."""

    ordinal: int
    start: int
    """First instant of the day."""
    end: int
    """First instant of the next day."""
    local_date: Ints
    """Shop's date of each quarter hour of the two days (192)."""
    local_hour: Floats
    """Shop's hour, 0 to 24, at the middle of each quarter hour (192)."""

    def bin_of(self, instants: Ints) -> Ints:
        """Quarter hours of the two days, 0 to 191."""
        return np.minimum((instants - self.start) // BIN, 2 * BINS - 1)


@lru_cache(maxsize=8)
def day_clock(ordinal: int, timezone: str) -> DayClock:
    """The clock of UTC day ``ordinal`` for a shop in ``timezone``."""
    start = (ordinal - _EPOCH) * DAY
    starts = start + np.arange(2 * BINS, dtype=np.int64) * BIN
    zone = ZoneInfo(timezone)
    offsets = np.array([_offset(int(instant), zone) for instant in starts], dtype=np.int64)
    local = starts + offsets
    return DayClock(
        ordinal=ordinal,
        start=start,
        end=start + DAY,
        local_date=local // DAY + _EPOCH,
        local_hour=(local % DAY + BIN // 2) / HOUR,
    )


def _offset(instant: int, zone: ZoneInfo) -> int:
    offset = datetime.fromtimestamp(instant // SECOND, UTC).astimezone(zone).utcoffset()
    assert offset is not None  # an aware datetime has one
    return int(offset.total_seconds()) * SECOND
