"""What has changed since the last green build, and so what the next one has to make anew."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from esynapse.warehouse import Warehouse
from esynapse.warehouse.ledger import Ledger

ALWAYS_REBUILT = 2
"""Days up to today that every build reads again: rows may show up late on either target."""


@dataclass(frozen=True)
class Changes:
    """What a build has to make anew."""

    dates: tuple[date, ...]
    """UTC event dates to read again."""
    whole_days: bool = True
    """Whether a day of the shop that is over may look different, or the catalogue does, or another
    day is over. If not, models tagged ``whole_days`` would come out as they are."""
    everything: bool = False
    """Whether history falls into other days: the shop's time zone is another."""


def changes_since_green(
    warehouse: Warehouse, ledger: Ledger, timezone: str, now: datetime | None = None
) -> Changes:
    """What has changed since the last green build; call it when the next one has begun.

    Args:
        timezone: the shop's, by its IANA name.
        now: an aware instant; default the clock's.
    """
    now = now or datetime.now(UTC)
    news = ledger.news()
    recent = {now.astimezone(UTC).date() - timedelta(days=n) for n in range(ALWAYS_REBUILT)}
    dates = tuple(sorted({*news.event_dates, *recent}))
    clock = _published_clock(warehouse)
    if news.nothing_built or clock is None:
        return Changes(dates)
    if clock["shop_timezone"] != timezone:
        return Changes(dates, everything=True)
    zone = ZoneInfo(timezone)
    same_day = clock["as_of_date"] == now.astimezone(zone).date()
    only_today = all(_begins(day, zone) > clock["last_complete_date"] for day in news.event_dates)
    return Changes(dates, whole_days=not (same_day and not news.products and only_today))


def _begins(day: date, zone: ZoneInfo) -> date:
    """The shop's date when a UTC date begins: the first that events of it can belong to."""
    return datetime.combine(day, time(), UTC).astimezone(zone).date()


def _published_clock(warehouse: Warehouse) -> dict[str, Any] | None:
    """The clock of the marts that readers have: that of the last green build, unlike dbt's own."""
    if not warehouse.version():
        return None
    (clock,) = warehouse.query(
        "select as_of_date, coalesce(last_complete_date, date '0001-01-01') as last_complete_date,"
        " shop_timezone from pipeline_clock"
    ).to_pylist()
    return dict(clock)
