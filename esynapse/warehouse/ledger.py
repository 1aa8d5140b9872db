"""The builds of a warehouse on record, and what came in since the last green one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from esynapse.warehouse.builds import (
    Build,
    NodeResult,
    green_watermark,
    last_full_build_is_green,
)
from esynapse.warehouse.compaction import compact
from esynapse.warehouse.lake import Lake
from esynapse.warehouse.vacuum import vacuum


@dataclass(frozen=True)
class News:
    """What the warehouse received since the last green build."""

    event_dates: tuple[date, ...]
    """UTC dates of events that came in, in order."""
    products: bool
    """Whether the catalogue was replaced."""
    nothing_built: bool = False
    """Whether there is no earlier build to go on from."""


class Record(Protocol):
    """A build on record."""

    def finish(self, status: str, results: Sequence[NodeResult] = ()) -> None:
        """How it ended: 'green' or 'red'."""

    def published(self, published_at: datetime, as_of: datetime | None) -> None:
        """When readers got it, and the newest event that they have seen since."""


class Ledger(Protocol):
    """What a transform needs to know of the builds before it, and leaves for those after it."""

    def tidy(self) -> None:
        """House-keeping of the raw tables, before a build reads them."""

    def begin(self, *, forecasts_only: bool) -> Record:
        """A build begins; one before it that never ended counts as red."""

    def last_full_build_is_green(self) -> bool:
        """Whether the marts as they now stand come from a full build that was green."""

    def news(self) -> News:
        """What the build has to read; ask once it has begun, so that nothing falls between."""


class LocalLedger:
    """The ledger in the catalog of a lake; use it while holding the lock of the warehouse."""

    def __init__(self, lake: Lake) -> None:
        self._lake = lake

    def tidy(self) -> None:
        compact(self._lake)
        vacuum(self._lake)

    def begin(self, *, forecasts_only: bool) -> Record:
        return Build(self._lake, forecasts_only=forecasts_only)

    def last_full_build_is_green(self) -> bool:
        return last_full_build_is_green(self._lake)

    def news(self) -> News:
        built = self._lake.home.warehouse.exists()
        green = green_watermark(self._lake) if built else 0
        return News(
            tuple(self._lake.changed_dates("live_events", after=green)),
            self._lake.watermark("products") > green,
            not built,
        )
