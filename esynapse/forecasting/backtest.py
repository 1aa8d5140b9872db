"""How good a model was: its forecasts from past cutoffs against what happened.

Scaled errors follow Hyndman and Koehler 2006 (MASE) and the M5 competition (RMSSE); the scale is
the in-sample error of the seasonal naive before each cutoff, so series of any size compare, and a
model compares with the seasonal naive by the ratio of their MASE.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from esynapse.forecasting.history import Values

Z80 = 1.2815515655446004
Z95 = 1.959963984540054

TOLERANCE = 0.05
"""How far the coverage of the 80 % interval may be off before the interval is re-scaled."""
ENOUGH_STEPS = 20
"""Fewer past steps than this say nothing about an interval."""


class Window(NamedTuple):
    """One forecast beside what happened, as far as it has; all arrays (steps,)."""

    actual: Values
    values: Values
    errors: Values
    """Standard errors of the values."""
    changes: Values
    """Season-on-season changes before the cutoff, the seasonal naive's in-sample errors."""


class Scores(NamedTuple):
    """Accuracy over all steps of all windows; None where a denominator is zero."""

    mase: float | None
    """Mean absolute error ÷ the seasonal naive's in-sample."""
    rmsse: float | None
    """Square root of the mean squared error ÷ the naive's in-sample."""
    smape: float | None
    """Mean of 2·|f − a| ÷ (|f| + |a|), 0 to 2; 0 where both are zero."""
    bias: float | None
    """Σ(f − a) ÷ Σ|a|: positive where the forecast was too high."""
    coverage_80: float | None
    """Share of actuals inside the 80 % interval that the standard errors give."""
    coverage_95: float | None


NO_SCORES = Scores(None, None, None, None, None, None)


def score(windows: Sequence[Window]) -> Scores:
    """Accuracy over ``windows``, each step weighing the same."""
    if not steps_of(windows):
        return NO_SCORES
    actual, values, spread = _joined(windows)
    miss = values - actual
    absolute = _per_step(windows, lambda changes: float(np.abs(changes).mean()))
    squared = _per_step(windows, lambda changes: float((changes**2).mean()))
    size = np.abs(values) + np.abs(actual)
    symmetric = np.divide(2 * np.abs(miss), size, out=np.zeros_like(size), where=size > 0)
    mean_square = _mean_ratio(miss**2, squared)
    total = float(np.abs(actual).sum())
    return Scores(
        mase=_mean_ratio(np.abs(miss), absolute),
        rmsse=None if mean_square is None else float(np.sqrt(mean_square)),
        smape=float(symmetric.mean()),
        bias=float(miss.sum()) / total if total else None,
        coverage_80=_coverage(actual, values, spread, Z80),
        coverage_95=_coverage(actual, values, spread, Z95),
    )


def steps_of(windows: Sequence[Window]) -> int:
    """Steps that have happened, over all windows."""
    return sum(window.actual.size for window in windows)


def best(scores: Mapping[str, Scores]) -> str:
    """The candidate with the least MASE; the first where none has one, or some are equal."""
    judged = [name for name, found in scores.items() if found.mase is not None]
    return min(judged or scores, key=lambda name: scores[name].mase or 0.0)


def interval_scale(windows: Sequence[Window]) -> float:
    """What to multiply standard errors by, so that four in five past actuals lie inside.

    The 80 % quantile of the past errors in units of the interval's half width, as in split
    conformal prediction (Vovk et al. 2005); 1 where the coverage is within ``TOLERANCE``, or where
    there is too little evidence.
    """
    if steps_of(windows) < ENOUGH_STEPS:
        return 1.0
    actual, values, spread = _joined(windows)
    known = spread > 0
    miss = abs(_coverage(actual, values, spread, Z80) - 0.8)
    if round(miss, 9) <= TOLERANCE or not known.any():
        return 1.0
    reached = np.abs(np.maximum(actual, 0.0) - values)[known] / (Z80 * spread[known])
    return float(np.quantile(reached, 0.8)) or 1.0


def interval(values: Values, errors: Values, z: float) -> tuple[Values, Values]:
    """Lower and upper bound, the lower clipped at zero."""
    return np.maximum(values - z * errors, 0.0), values + z * errors


def _joined(windows: Sequence[Window]) -> tuple[Values, Values, Values]:
    return (
        np.concatenate([w.actual for w in windows]),
        np.concatenate([w.values for w in windows]),
        np.concatenate([w.errors for w in windows]),
    )


def _coverage(actual: Values, values: Values, errors: Values, z: float) -> float:
    lower, upper = interval(values, errors, z)
    # A day of net refunds lies below any forecast that is clipped at zero: zero covers it.
    inside = (np.maximum(actual, 0.0) >= lower) & (actual <= upper)
    return float(inside.mean())


def _per_step(windows: Sequence[Window], scale: Callable[[Values], float]) -> Values:
    """The scale of each window, repeated for each of its steps."""
    return np.repeat(
        [scale(w.changes) if w.changes.size else 0.0 for w in windows],
        [w.actual.size for w in windows],
    )


def _mean_ratio(errors: Values, scales: Values) -> float | None:
    """Mean of errors ÷ scales over the steps that have a scale."""
    scaled = scales > 0
    return float((errors[scaled] / scales[scaled]).mean()) if scaled.any() else None
