"""What a series and its forecast are made of, and which steps of the past stand out.

The parts bear the names of ML.EXPLAIN_FORECAST and add up to the value, step by step. The past is
parted by MSTL (Bandara, Hyndman and Bergmeir 2021). Of a forecast the week is what repeats in it
(where it is shorter than two, and of the day, what repeated last), the effect of occasions is what
the model was given, and the trend is the rest.
"""

import warnings
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, ndtri

from esynapse.forecasting.granularity import Granularity
from esynapse.forecasting.history import Values

_ROUNDING = 1e-9
"""Residuals this small beside the series are what arithmetic leaves."""


class Parts(NamedTuple):
    """The parts of a series, all (steps,)."""

    trend: Values
    weekly: Values
    daily: Values
    occasions: Values
    residual: Values

    @property
    def value(self) -> Values:
        total: Values = self.trend + self.weekly + self.daily + self.occasions + self.residual
        return total


class Judgement(NamedTuple):
    """Steps of the past against what their parts let expect, all (steps,)."""

    is_anomaly: npt.NDArray[np.bool_]
    probability: Values
    """2Φ(|residual| ÷ its standard deviation) − 1."""
    lower: Values
    upper: Values


def parts_of_history(granularity: Granularity, y: Values, multipliers: Values) -> Parts:
    """The parts of ``y``, of which occasions multiplied each step by ``multipliers``.

    A history too short for a season has none: its mean is the trend, the rest is residual.
    """
    usual = y / multipliers
    nothing = np.zeros(y.size)
    seasons = [s for s in _seasons(granularity) if y.size >= 2 * s]
    if not seasons:
        trend = np.full(y.size, usual.mean())
        return Parts(trend, nothing, nothing, y - usual, usual - trend)
    found = _mstl(usual, seasons)
    weekly = found.get(f"seasonal{granularity.season}", nothing)
    daily = found.get(f"seasonal{granularity.day}", nothing) if granularity.day > 1 else nothing
    return Parts(found["trend"], weekly, daily, y - usual, usual - found["trend"] - weekly - daily)


def parts_of_forecast(
    granularity: Granularity, past: Parts, values: Values, multipliers: Values
) -> Parts:
    """The parts of the served ``values`` that follow on from ``past``."""
    daily = _repeated(past.daily, granularity.day, values.size)
    occasions = values - values / multipliers
    usual = values - occasions - daily
    weekly = _season_of(usual, granularity.season)
    if weekly is None:
        weekly = _repeated(past.weekly, granularity.season, values.size)
    trend = usual - weekly
    return Parts(trend, weekly, daily, occasions, np.zeros(values.size))


def judge(granularity: Granularity, past: Parts) -> Judgement:
    """How unlikely each step's residual is; each hour of the day has a spread of its own."""
    phase = np.arange(past.residual.size) % granularity.day
    spread = np.sqrt([np.mean(past.residual[phase == p] ** 2) for p in range(granularity.day)])
    deviation = spread[phase]
    deviation[deviation <= _ROUNDING * np.abs(past.value).max()] = 0.0
    z = np.divide(np.abs(past.residual), deviation, out=np.zeros(phase.size), where=deviation > 0)
    expected = past.value - past.residual
    threshold = granularity.anomaly_probability
    probability = 2 * ndtr(z) - 1
    reach = ndtri((1 + threshold) / 2) * deviation
    return Judgement(probability > threshold, probability, expected - reach, expected + reach)


def _seasons(granularity: Granularity) -> list[int]:
    return [granularity.season] if granularity.day == 1 else [granularity.day, granularity.season]


def _mstl(y: Values, seasons: list[int]) -> dict[str, Values]:
    from statsforecast.mstl import mstl

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        table = mstl(y, seasons if len(seasons) > 1 else seasons[0])
    names = {"seasonal": f"seasonal{seasons[0]}"}
    return {names.get(name, name): table[name].to_numpy() for name in table.columns}


def _season_of(values: Values, season: int) -> Values | None:
    """The season in a forecast, about zero, beside a straight line; None if it is too short."""
    steps = np.arange(values.size)
    if values.size < 2 * season:
        return None
    phases = np.eye(season)[steps % season]
    found, *_ = np.linalg.lstsq(np.column_stack([steps, phases]), values, rcond=None)
    pattern: Values = (found[1:] - found[1:].mean())[steps % season]
    return pattern


def _repeated(season: Values, length: int, steps: int) -> Values:
    """The last season again, as often as needed; nothing of a history shorter than it."""
    last = season[-length:]
    return np.resize(last, steps) if last.size == length else np.zeros(steps)
