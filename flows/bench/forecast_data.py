"""Histories that `esynapse bench forecast` forecasts: dense, with the product's names of series."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from esynapse.forecasting import Occasion

Values = npt.NDArray[np.float64]
Granularity = Literal["daily", "hourly"]

STEPS_A_DAY: dict[Granularity, int] = {"daily": 1, "hourly": 24}
STEP_SECONDS: dict[Granularity, int] = {"daily": 86_400, "hourly": 3_600}
SEASON: dict[Granularity, int] = {"daily": 7, "hourly": 168}
HORIZON: dict[Granularity, int] = {"daily": 30, "hourly": 168}

RAW_SCHEMA = pa.schema(
    [
        pa.field("measure", pa.string()),
        pa.field("series_id", pa.string()),
        pa.field("label", pa.string()),
        pa.field("step", pa.int64()),
        pa.field("value", pa.float64()),
    ]
)
"""Rows of a history before it is dense: ``step`` counts days or hours since 1970, ``label`` says
what the series is, for people."""


class Key(NamedTuple):
    """What the forecaster calls a series."""

    measure: str
    series_id: str


@dataclass(frozen=True)
class History:
    """Series that are forecast together, as those of one shop are."""

    name: str
    granularity: Granularity
    keys: tuple[Key, ...]
    labels: tuple[str, ...]
    values: Values
    """(series, steps)"""
    first_step: int
    """Days or hours since 1970."""
    occasions: tuple[Occasion, ...] = ()
    """Campaigns and holidays, which a shop knows beforehand, of the days ahead too."""

    @property
    def steps(self) -> int:
        return int(self.values.shape[1])

    def start(self, step: int) -> datetime:
        """The instant at which the step starts; 0 is the first."""
        return datetime.fromtimestamp((self.first_step + step) * self._seconds, UTC)

    def part(self, first: int, end: int) -> "History":
        """The steps from ``first`` up to ``end``, which is all that a forecaster is given."""
        return replace(
            self, values=self.values[:, first:end].copy(), first_step=self.first_step + first
        )

    def table(self) -> pa.Table:
        """One row per series and step, as ``esynapse.forecasting`` takes them."""
        series = pa.array(np.repeat(np.arange(len(self.keys)), self.steps))
        seconds = (self.first_step + np.arange(self.steps)) * self._seconds
        instants = pa.array(np.tile(seconds * 1_000_000, len(self.keys)))
        return pa.table(
            {
                "measure": pa.array([key.measure for key in self.keys]).take(series),
                "series_id": pa.array([key.series_id for key in self.keys]).take(series),
                "timestamp": instants.cast(pa.timestamp("us", tz="UTC")),
                "value": self.values.ravel(),
            }
        )

    @property
    def _seconds(self) -> int:
        return STEP_SECONDS[self.granularity]


def dense(name: str, granularity: Granularity, rows: pa.Table) -> History:
    """A history without gaps: a step without a row, of trade, had none.

    All series span the whole days, of UTC, from the first to the last of any; totals come before
    categories.
    """
    found = rows.to_pylist()
    labels = {Key(row["measure"], row["series_id"]): row["label"] for row in found}
    keys = sorted(labels, key=lambda key: (key.measure, key.series_id != "total", key.series_id))
    steps = rows["step"].to_numpy()
    day = STEPS_A_DAY[granularity]
    first, end = int(steps.min()) // day * day, (int(steps.max()) // day + 1) * day
    values = np.zeros((len(keys), end - first))
    places = [keys.index(Key(row["measure"], row["series_id"])) for row in found]
    values[places, steps - first] = rows["value"].to_numpy()
    return History(
        name, granularity, tuple(keys), tuple(labels[key] for key in keys), values, first
    )


def unbroken(name: str, granularity: Granularity, rows: pa.Table, *, longest_gap: int) -> History:
    """The longest stretch of a counter, whose missing steps are unknown and not zero.

    It ends where more than ``longest_gap`` steps in a row are missing, and has whole days alone;
    single steps that are missing are those of a week before, in the first week the step before.
    """
    whole = dense(name, granularity, rows)
    known = np.zeros(whole.steps, dtype=bool)
    known[rows["step"].to_numpy() - whole.first_step] = True
    places = np.flatnonzero(known)
    breaks = np.flatnonzero(np.diff(places) > longest_gap + 1)
    starts = places[np.concatenate([[0], breaks + 1])]
    ends = places[np.concatenate([breaks, [places.size - 1]])] + 1
    best = int(np.argmax(ends - starts))
    day = STEPS_A_DAY[granularity]
    first, end = -(-int(starts[best]) // day) * day, int(ends[best]) // day * day
    values, season = whole.values[:, first:end].copy(), SEASON[granularity]
    for step in np.flatnonzero(~known[first:end]):
        values[:, step] = values[:, step - (season if step >= season else 1)]
    return History(name, granularity, whole.keys, whole.labels, values, whole.first_step + first)
