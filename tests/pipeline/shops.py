"""Small shops for the tests of the stream, and what they hand over."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from esynapse.home import open_home
from esynapse.pipeline.backfill import backfill
from esynapse.pipeline.shop_floor import ShopFloor, shop_floor
from esynapse.settings import Settings
from tests.end_to_end.conftest import free_port

EVENING = datetime(2024, 3, 11, 22, tzinfo=UTC)


def small_shop(root: Path, **overrides: object) -> Settings:
    """A shop of some 1,200 events a day, loaded up to the EVENING of its third day."""
    figures = {"days": 2, "scale": 0.02, "pubsub_port": free_port(), "project": "test-project"}
    settings = Settings(home=root, _env_file=None, **{**figures, **overrides})  # type: ignore[arg-type]
    backfill(settings, now=EVENING)
    return settings


@contextmanager
def floor_of(settings: Settings) -> Iterator[ShopFloor]:
    with shop_floor(settings, open_home(settings.home), today=EVENING.date()) as floor:
        yield floor


def handed_over(settings: Settings, until: datetime, rate: float = 1.0) -> list[bytes]:
    """All messages from the home's position until then; the position stays where it is."""
    messages: list[bytes] = []
    with floor_of(settings) as floor:
        stand, begin = floor.stand(), floor.position.index
        while stand and stand.state.next_day <= until.date():
            for batch in floor.simulate(stand, source="live", rate=rate):
                first = max(begin - batch.first, 0)
                messages += batch.messages(first, max(batch.count_before(until), first))
            stand, begin = batch.following, 0
    return messages


def after(**length: float) -> datetime:
    """An instant that long after the EVENING."""
    return EVENING + timedelta(**length)
