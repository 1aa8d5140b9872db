"""How good forecasts were, scored alike for all that `esynapse bench forecast` compares."""

import time
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from flows.bench.forecast_data import (
    HORIZON,
    SEASON,
    STEPS_A_DAY,
    Granularity,
    History,
    Values,
)
from flows.bench.forecast_rivals import Rival


class Outcome(NamedTuple):
    """One rival's forecast of one series from one cutoff, scored."""

    series: str
    seen: str
    """How much history the rival saw, in words."""
    cutoff: int
    rival: str
    mase: float
    covered: float | None
    """Share of the steps inside the 80 % interval; None where the rival gave none."""
    seconds: float
    """What the forecast took, of this series."""


def cutoffs(steps: int, seen: int, granularity: Granularity, count: int) -> list[int]:
    """At most ``count`` cutoffs after ``seen`` steps, evenly over the rest, at midnight.

    The horizons after them do not overlap; where they would, there are fewer.
    """
    day, horizon = STEPS_A_DAY[granularity], HORIZON[granularity]
    first, last = -(-seen // day), (steps - horizon) // day
    if last < first:
        return []
    fitting = min(count, (last - first) * day // horizon + 1)
    return [int(place) * day for place in np.linspace(first, last, fitting).round()]


def mase(actual: Values, forecast: Values, seen: Values, season: int) -> float | None:
    """Mean absolute error ÷ that of the seasonal naive within ``seen`` (Hyndman, Koehler 2006).

    None where the history repeats itself to the digit, so that nothing scales the error.
    """
    scale = float(np.abs(seen[season:] - seen[:-season]).mean())
    return float(np.abs(forecast - actual).mean()) / scale if scale else None


def coverage(actual: Values, lower: Values, upper: Values) -> float:
    """Share of ``actual`` between the bounds; a step of net refunds counts as one of no trade,
    since no forecast of sales goes below zero."""
    bounded = np.maximum(actual, 0.0)
    return float(((bounded >= lower) & (bounded <= upper)).mean())


def try_rival(
    name: str, rival: Rival, history: History, first: int, cutoff: int, seen: str
) -> list[Outcome]:
    """Forecast all series of ``history`` from one cutoff, and score them.

    Args:
        first: the first step that the rival sees.
        seen: the same in words.
    """
    season, end = SEASON[history.granularity], cutoff + HORIZON[history.granularity]
    shown, future = history.part(first, cutoff), history.part(cutoff, end).values
    started = time.monotonic()
    ahead = rival(shown)
    seconds = (time.monotonic() - started) / len(history.labels)
    outcomes = []
    for row, label in enumerate(history.labels):
        error = mase(future[row], ahead.values[row], shown.values[row], season)
        covered = None
        if ahead.lower is not None and ahead.upper is not None:
            covered = coverage(future[row], ahead.lower[row], ahead.upper[row])
        if error is not None:
            series = f"{history.name}, {label}"
            outcomes.append(Outcome(series, seen, cutoff, name, error, covered, seconds))
    return outcomes


class Ratio(NamedTuple):
    """A rival on one series over all cutoffs."""

    series: str
    seen: str
    cutoffs: int
    naive_mase: float
    ratio: float
    """Mean MASE ÷ the seasonal naive's: below 1 is better than it."""
    covered: float | None


def ratios(outcomes: Iterable[Outcome], rival: str, naive: str = "SeasonalNaive") -> list[Ratio]:
    """Of each series and length of history, in order of appearance."""
    groups: dict[tuple[str, str], dict[str, list[Outcome]]] = {}
    for outcome in outcomes:
        group = groups.setdefault((outcome.series, outcome.seen), {})
        group.setdefault(outcome.rival, []).append(outcome)
    found = []
    for (series, seen), group in groups.items():
        mine, bar = group.get(rival, []), _mean([o.mase for o in group[naive]])
        if mine and bar:
            covered = [o.covered for o in mine if o.covered is not None]
            found.append(
                Ratio(
                    series,
                    seen,
                    len(mine),
                    bar,
                    _mean([o.mase for o in mine]) / bar,
                    _mean(covered) if covered else None,
                )
            )
    return found


def geometric_mean(values: Sequence[float]) -> float:
    """The mean in which half and double cancel."""
    return float(np.exp(np.log(values).mean()))


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
