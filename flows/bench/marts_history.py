"""A history of the shop whose marts `esynapse bench marts` builds and asks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from statistics import median

import pyarrow as pa

from esynapse.home import open_home
from esynapse.settings import Settings
from esynapse.warehouse import open_warehouse
from esynapse.warehouse.local import LocalWarehouse
from flows.bench.marts_queries import QueryTime, time_queries
from flows.bench.marts_reads import read_everything
from flows.bench.measure import Measured, run_measured
from flows.bench.shop import shop_of


@dataclass(frozen=True)
class Size:
    """What was measured over one history."""

    events: int
    days: int
    whole: Measured
    """The full refresh."""
    hourly: list[Measured]
    late: Measured
    """The hourly run that also finds an event of another day, so that a whole day has changed."""
    reading: float
    """Seconds to read every value of live_events once: what no build can be faster than."""
    queries: list[QueryTime]
    home_mb: float

    @property
    def hourly_seconds(self) -> float:
        return median(run.seconds for run in self.hourly)


class History:
    """One home, filled and built; ``esynapse`` is the command that is measured."""

    def __init__(
        self, settings: Settings, events: int, now: datetime, esynapse: Sequence[str], home: Path
    ) -> None:
        shop = shop_of(settings, events, now)
        self._esynapse, self._home = esynapse, home
        self._days = int(str(shop["days"]))
        self._shop = [
            word
            for name in ("profile", "seed", "scale", "days")
            for word in (f"--{name}", str(shop[name]))
        ]
        self._settings = settings.model_copy(update={"home": home})
        self._hourly: list[Measured] = []
        self._fill()
        self._whole = self._transform("--full-refresh")

    def hour(self) -> None:
        """Let come what happened meanwhile, and measure the hourly transform."""
        self._fill()
        self._hourly.append(self._transform())

    def measured(self) -> Size:
        """All that was measured, with what is measured at the end."""
        self._land_late_event()
        late = self._transform()
        rows, reading = read_everything(self._settings)
        size = sum(path.stat().st_size for path in self._home.rglob("*") if path.is_file())
        queries = time_queries(open_warehouse(self._settings))
        return Size(
            *(rows, self._days, self._whole, self._hourly, late, reading, queries, size / 1e6)
        )

    def _fill(self) -> None:
        run_measured([*self._esynapse, "backfill", *self._shop, "--home", str(self._home)])

    def _transform(self, *options: str) -> Measured:
        return run_measured([*self._esynapse, "transform", *options, "--home", str(self._home)])

    def _land_late_event(self) -> None:
        """Once more an event of the oldest day, as if it came only now, by another id."""
        warehouse = LocalWarehouse(open_home(self._home, create=False))
        day = warehouse.lake.files("live_events")[0].event_date
        event = warehouse.query_raw(
            "select * exclude (event_date) from live_events where event_date = $day limit 1",
            {"day": day},
        )
        renamed = event.set_column(0, "event_id", pa.array(["late"]))
        warehouse.load_events(renamed, batch_key="late")
