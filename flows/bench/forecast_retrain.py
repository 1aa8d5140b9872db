"""What the daily retrain takes: 12 categories and the total, two measures, and the hours.

    python -m flows.bench.forecast_retrain FILE

forecasts the histories that lie in FILE, with all backtests, as the retrain does;
``measure_retrain`` puts them there and watches it from outside.
"""

import os
import pickle
import resource
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from esynapse.forecasting import forecast_daily, forecast_hourly
from flows.bench.forecast_shops import shop_histories
from flows.bench.measure import Measured, run_measured


class Retrain(NamedTuple):
    """A retrain on so many days of a shop."""

    days: int
    series: int
    measured: Measured
    cpu_seconds: float
    """Processor time of all its processes, which a machine with other work to do changes less."""


def measure_retrain(seed: int, *, days: int, scale: float) -> Retrain:
    """Run it in processes of its own, from the start of the interpreter to the last table."""
    daily, hourly = shop_histories(seed, days=days, scale=scale, categories=True)
    with TemporaryDirectory(prefix="esynapse-bench-") as folder:
        path = Path(folder) / "histories"
        path.write_bytes(pickle.dumps((daily, hourly)))
        command = [sys.executable, "-m", "flows.bench.forecast_retrain", str(path)]
        before = _cpu_of_children()
        measured = run_measured(command)
        spent = _cpu_of_children() - before
    return Retrain(days, len(daily.keys) + len(hourly.keys), measured, spent)


def _cpu_of_children() -> float:
    """Seconds that processes which have ended used, theirs included."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main(arguments: Sequence[str]) -> None:
    """Forecast the histories that lie in the file that ``arguments`` name."""
    [path] = arguments
    daily, hourly = pickle.loads(Path(path).read_bytes())  # noqa: S301 - our own, just written
    run_at, workers = daily.start(daily.steps), os.cpu_count() or 1
    forecast_daily(daily.table(), run_at=run_at, occasions=daily.occasions, workers=workers)
    forecast_hourly(hourly.table(), run_at=run_at, workers=workers)


if __name__ == "__main__":
    main(sys.argv[1:])
