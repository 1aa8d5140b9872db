"""The two runs that the pictures are made from."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pandas as pd

from esynapse.pipeline.export import export
from esynapse.settings import load_settings
from esynapse.shop import Profile, load_profile
from esynapse.shop.calibration import Targets, load_targets
from esynapse.shop.calibration.run import Run, open_run
from esynapse.shop.calibration.targets import Target

SEED = 42
_TRUTH = {
    "promotions": "kind text, product_id text, start_date date, end_date date, from_hour bigint,"
    " to_hour bigint, regular_price double, sale_price double, depth double",
    "price_changes": "product_id text, change_date date",
    "shocks": "kind text, product_id text, start_date date, end_date date",
}
"""Tables of the truth that the pictures use, and those of their columns."""


@dataclass(frozen=True, eq=False)
class Shop:
    """A profile's shop and a run of it; each is its own."""

    profile: Profile
    targets: Targets
    run: Run
    note: str
    """Which run it is, in words."""

    def target(self, name: str) -> Target:
        """The target of a measure."""
        return self.targets.targets[name]

    def bounds(self, name: str, figure: str = "value") -> tuple[float, float]:
        """The least and the greatest value that meet a target."""
        return self.target(name).figures[figure].bounds

    def rows(self, query: str, **parameters: object) -> pd.DataFrame:
        """What a query over the run's tables gives (see ``calibration.run``), and over
        ``promotions``, ``price_changes`` and ``shocks`` of the truth."""
        return self.run.sql.execute(query, parameters or None).df()


@dataclass(frozen=True)
class Shops:
    """What the pictures are of."""

    typical: Shop
    rees46: Shop


@contextmanager
def simulated(
    profile: str, folder: Path, opening_day: date, days: int, *, scale: float = 1.0
) -> Iterator[Shop]:
    """Simulate ``days`` of a profile's shop into the empty ``folder``, and open the run."""
    settings = load_settings(profile=profile, seed=SEED, scale=scale, days=days, timezone="UTC")
    end = datetime.combine(opening_day + timedelta(days=days), time(), UTC)
    export(settings, folder, now=end)
    targets = load_targets(profile)
    note = f"profile {profile}: {days} days from {opening_day}, scale {scale:g}, seed {SEED}"
    with open_run(folder, targets.run.session_events) as run:
        for table, columns in _TRUTH.items():
            _open_truth(run, folder / "truth" / table, columns)
        yield Shop(load_profile(profile), targets, run, note)


def _open_truth(run: Run, folder: Path, columns: str) -> None:
    """A short run may lack a table of the truth: then it is empty."""
    if files := [str(path) for path in sorted(folder.glob("*.parquet"))]:
        run.sql.read_parquet(files).create_view(folder.name)
    else:
        run.sql.execute(f"create table {folder.name} ({columns})")
