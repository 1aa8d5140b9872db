"""Campaigns and holidays that are known beforehand, as regressors of a daily series.

An occasion multiplies sales. Its effect is estimated on the days of the past that bore its name,
against what days without any occasion brought around them; the model then sees the series without
these effects, and its forecast gets those of the days ahead. An occasion enters only where the past
says that it helps: its days stood out, and what its earlier times taught was nearer to its later
times than nothing was.
"""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from esynapse.forecasting.history import Values

Flags = npt.NDArray[np.bool_]

_NEIGHBOURS = 7 * np.array([-4, -3, -2, -1, 1, 2, 3, 4])
"""Days whose sales tell what a day would have brought: the same weekday, four weeks around."""
_ENOUGH_NEIGHBOURS = 2
_ENOUGH_DAYS = 14
"""Usual days without which nobody knows what stands out."""
_TYPICAL_EFFECT = 0.5
"""Spread, in logs, of what occasions do: the prior against which an effect is shrunk."""
_LARGEST = np.log(20.0)
"""Largest effect in logs, up or down: a closed day sells nothing, whose log is no number."""
_STANDS_OUT = 2.0
"""Standard errors by which the days of an occasion differ from usual ones."""


class Occasion(NamedTuple):
    """Days of the shop that are told by their name to be unlike others."""

    name: str
    first: date
    last: date
    """Inclusive."""


def multipliers(y: Values, first_slot: int, horizon: int, occasions: Sequence[Occasion]) -> Values:
    """By what each day of ``y``, and of the ``horizon`` after it, is multiplied: 1 on usual days.

    Args:
        y: (days,) sales of days in a row; nothing after them is looked at.
        first_slot: the first day, as a proleptic ordinal.

    Returns:
        (days + horizon,), above zero.
    """
    days = y.size + horizon
    times = [_days_of(occasion, first_slot, days) for occasion in occasions]
    usual = np.ones(days, dtype=bool)
    for time in times:
        usual[time] = False
    ratios, judged = _log_ratios(y, usual[: y.size])
    ordinary = ratios[judged & usual[: y.size]]
    if ordinary.size < _ENOUGH_DAYS:
        return np.ones(days)
    noise = float(np.std(ordinary))
    effects = np.zeros(days)
    for name in dict.fromkeys(occasion.name for occasion in occasions):
        named = [t for t, o in zip(times, occasions, strict=True) if o.name == name and t.size]
        past = [t[t < y.size] for t in named]
        past = [t[judged[t]] for t in past]
        # Where two occasions meet, the later name has what the earlier one leaves.
        known = [(ratios - effects[: y.size])[t] for t in past if t.size]
        if known and _helps(known, noise):
            for time in named:
                effects[time] += _effect(known, noise)
    multiplied: Values = np.exp(effects)
    return multiplied


def _days_of(occasion: Occasion, first_slot: int, days: int) -> npt.NDArray[np.int64]:
    begin, end = (day.toordinal() - first_slot for day in (occasion.first, occasion.last))
    return np.arange(max(begin, 0), min(end + 1, days))


def _effect(times: Sequence[Values], noise: float) -> float:
    """The mean log ratio, shrunk towards none as its noise demands."""
    ratios = np.concatenate(times)
    return float(ratios.sum() / (ratios.size + (noise / _TYPICAL_EFFECT) ** 2))


def _helps(times: Sequence[Values], noise: float) -> bool:
    """Whether the occasion's days stood out, and earlier times foretold the later ones."""
    ratios = np.concatenate(times)
    if abs(ratios.mean()) <= _STANDS_OUT * noise / np.sqrt(ratios.size):
        return False
    later = range(1, len(times))
    with_it = sum(np.abs(times[k] - _effect(times[:k], noise)).sum() for k in later)
    without = sum(np.abs(times[k]).sum() for k in later)
    return not later or bool(with_it < without)


def _log_ratios(y: Values, usual: Flags) -> tuple[Values, Flags]:
    """Of each day the log of its sales ÷ its usual neighbours' median, and where that is known."""
    around = np.arange(y.size)[:, None] + _NEIGHBOURS
    inside = (around >= 0) & (around < y.size)
    around = np.clip(around, 0, y.size - 1)
    inside &= usual[around]
    judged = inside.sum(axis=1) >= _ENOUGH_NEIGHBOURS
    base = np.zeros(y.size)
    neighbours = np.where(inside, y[around], np.nan)
    base[judged] = np.nanmedian(neighbours[judged], axis=1)
    judged &= base > 0
    ratios = np.zeros(y.size)
    least = np.exp(-_LARGEST)
    ratios[judged] = np.log(np.clip(y[judged] / base[judged], least, 1 / least))
    return ratios, judged
