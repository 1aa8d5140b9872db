"""The models. Each takes a series without gaps and gives values and standard errors ahead."""

import warnings
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np

from esynapse.forecasting.backtest import Z80
from esynapse.forecasting.history import Values

WEEK_OF_DAYS = 7
WEEK_OF_HOURS = 168
_DAY_OF_HOURS = 24
_RECENT_DAYS = 182
_OF_A_USUAL_DAY = 0.05
_WIDEST = 1.5
"""Standard error of a logarithm beyond which no mean is drawn from it."""
_FEW_WEEKS, _MORE_WEEKS = 4, 8
"""Weeks that seasonal averages look back: by day and by hour."""
_IMPLAUSIBLE = 5.0
"""A member whose forecast leaves this multiple of the largest value ever seen has run away (an
explosive trend on a short or spiky series) and is left out of the mean."""


class Prediction(NamedTuple):
    """What a model expects, step by step; not yet clipped at zero."""

    model: str
    values: Values
    """(horizon,)"""
    errors: Values
    """(horizon,): standard errors of the values."""


Model = Callable[[Values, int], Prediction]
"""(series, horizon) -> Prediction."""


def seasonal_naive(y: Values, horizon: int, season: int) -> Prediction:
    """Last season again. Its error grows with the square root of the seasons ahead.

    ``y`` must hold at least one season; with just one, the spread within it stands for the error.
    """
    steps = np.arange(horizon)
    changes = y[season:] - y[:-season]
    sigma = float(np.sqrt(np.mean(changes**2))) if changes.size else float(y.std())
    return Prediction(
        f"SeasonalNaive({season})",
        y[-season:][steps % season],
        sigma * np.sqrt(steps // season + 1),
    )


def historic_average(y: Values, horizon: int) -> Prediction:
    """The mean of everything, for histories shorter than a week."""
    sigma = float(y.std(ddof=1)) * np.sqrt(1 + 1 / y.size)
    return Prediction("HistoricAverage", np.full(horizon, y.mean()), np.full(horizon, sigma))


def seasonal_average(y: Values, horizon: int, season: int, window: int) -> Prediction:
    """The mean of the same step in the last ``window`` seasons; ``y`` holds one season more.

    The error of each hour of the day is that of the same average over the history: nights err
    less than noons, which the constant variance of other models does not know.
    """
    ahead = np.arange(horizon)
    past = np.mean([y[season * k : y.size - season * (window - k)] for k in range(window)], axis=0)
    missed = (y[season * window :] - past) ** 2
    hour = np.arange(-missed.size, 0) % _DAY_OF_HOURS
    squares = np.array([missed[hour == h].mean() for h in range(_DAY_OF_HOURS)])
    return Prediction(
        f"SeasonalWindowAverage({season}, {window})",
        _typical_season(y, horizon, season, window),
        np.sqrt(squares)[ahead % _DAY_OF_HOURS],
    )


def daily_ensemble(y: Values, horizon: int) -> Prediction:
    """Mean of four models that err in different ways; at least two weeks of days.

    Three of them see logarithms, since shops grow, and weekends weigh, by factors; so that days
    without sales have one, a twentieth of a usual day is added. *Measured* on 28 series of real and
    simulated sales and visits: 8 % less error than with the values themselves, and half a year of
    history no worse than two.
    """
    from statsforecast.models import AutoETS, DynamicOptimizedTheta

    y = y[-_RECENT_DAYS:]
    fitted = {
        "AutoETS": AutoETS(WEEK_OF_DAYS),
        "DynamicOptimizedTheta": DynamicOptimizedTheta(WEEK_OF_DAYS),
        "MSTL+AutoARIMA": _decomposition(),
    }
    members: dict[str, tuple[Values, Values | None]] = {
        f"log {name}": _fit_logs(model, y, horizon) for name, model in fitted.items()
    }
    window = min(_FEW_WEEKS, y.size // WEEK_OF_DAYS)
    members[f"SeasonalWindowAverage({WEEK_OF_DAYS}, {window})"] = (
        _typical_season(y, horizon, WEEK_OF_DAYS, window),
        None,
    )
    return combine(members, y, seasonal_naive(y, horizon, WEEK_OF_DAYS))


def hourly_ensemble(y: Values, horizon: int) -> Prediction:
    """Mean of three: what the last weeks brought on average, what they brought in the middle, which
    no lucky hour moves, and the daily forecast laid out by their hours. From two weeks of hours on.

    *Measured* on ten series: 0.80 of the seasonal naive's error (0.81 without the median), where a
    decomposition of the hours has 0.88 and takes a hundred times as long.
    """
    window = min(_MORE_WEEKS, y.size // WEEK_OF_HOURS - 1)
    few = min(_FEW_WEEKS, window)
    average = seasonal_average(y, horizon, WEEK_OF_HOURS, window)
    name, values = _by_hour(y, horizon, window)
    members = {
        name: (values, None),
        average.model: (average.values, average.errors),
        f"SeasonalWindowMedian({WEEK_OF_HOURS}, {few})": (
            _typical_season(y, horizon, WEEK_OF_HOURS, few, np.median),
            None,
        ),
    }
    return combine(members, y, average)


def _by_hour(y: Values, horizon: int, window: int) -> tuple[str, Values]:
    """Name and values of the forecast of the days that ``y`` ends with, by the shares that the
    hours of each weekday had in the last ``window`` weeks."""
    days = y[y.size % _DAY_OF_HOURS :].reshape(-1, _DAY_OF_HOURS)
    ahead = daily_ensemble(days.sum(axis=1), -(-horizon // _DAY_OF_HOURS))
    weeks = days[-window * WEEK_OF_DAYS :].reshape(window, WEEK_OF_DAYS, _DAY_OF_HOURS).sum(axis=0)
    totals = weeks.sum(axis=1, keepdims=True)
    shares = np.divide(weeks, totals, out=np.full_like(weeks, 1 / _DAY_OF_HOURS), where=totals > 0)
    weekday = np.arange(ahead.values.size) % WEEK_OF_DAYS
    values = (shares[weekday] * ahead.values[:, None]).ravel()[:horizon]
    return f"{ahead.model} by hour", values


def combine(
    members: Mapping[str, tuple[Values, Values | None]], y: Values, fallback: Prediction
) -> Prediction:
    """Mean of the members that stayed plausible; the model's name says who they are.

    The variance is that of their mixture: the mean error that they admit, squared, and the
    variance of their values, which speaks where they disagree about hours that err little.
    ``fallback`` stands in where no member is left, its errors where none admits any.
    """
    limit = _IMPLAUSIBLE * float(np.abs(y).max())
    kept = {
        name: (values, errors)
        for name, (values, errors) in members.items()
        if np.isfinite(values).all() and float(np.abs(values).max()) <= limit
    }
    if not kept:
        return fallback
    known = [e for _, e in kept.values() if e is not None and np.isfinite(e).all()]
    values = np.array([values for values, _ in kept.values()])
    admitted = np.mean(known, axis=0) if known else fallback.errors
    return Prediction(
        f"mean({', '.join(kept)})", values.mean(axis=0), np.hypot(admitted, values.std(axis=0))
    )


def _decomposition() -> Any:
    """The week by MSTL, what is left by ARIMA.

    Orders up to 2, compared by the approximate likelihood: on daily sales (simulated, CDNOW) as
    accurate as the full search, in little more than half its time.
    """
    from statsforecast.models import MSTL, AutoARIMA

    arima = AutoARIMA(max_p=2, max_q=2, start_p=1, start_q=1, approximation=True)
    return MSTL([WEEK_OF_DAYS], arima)


def _fit_logs(model: Any, y: Values, horizon: int) -> tuple[Values, Values]:
    """Values and standard errors of a statsforecast model of the logarithm.

    Back from logarithms a model's mean is the median of sales, which are skewed: over a month it
    adds up to too little. Half of what makes it the mean, exp(σ² ÷ 2) with the σ of the first step,
    is added: *measured*, that costs nothing in absolute error and halves the bias.
    """
    sold = y[y > 0]
    offset = 0.0 if sold.size == y.size else _OF_A_USUAL_DAY * sold.mean() if sold.size else 1.0
    logs = np.log(np.maximum(y, 0.0) + offset)
    with warnings.catch_warnings(), np.errstate(over="ignore"):
        # An optimiser that stops early still gives a forecast, which the backtest judges; what
        # runs away is left out of the mean.
        warnings.simplefilter("ignore")
        found = model.forecast(y=logs, h=horizon, level=[80])
        spread = min((found["hi-80"][0] - found["lo-80"][0]) / (2 * Z80), _WIDEST)
        value, low, high = (
            np.exp(found[name] + spread**2 / 4) for name in ("mean", "lo-80", "hi-80")
        )
    return value - offset, (high - low) / (2 * Z80)


def _typical_season(
    y: Values, horizon: int, season: int, window: int, middle: Callable[..., Values] = np.mean
) -> Values:
    """The mean, or another middle, of the same step in the last ``window`` seasons."""
    typical = middle(y[-season * window :].reshape(window, season), axis=0)
    return typical[np.arange(horizon) % season]


def daily_pattern(y: Values, horizon: int) -> Prediction:
    """The mean day of the last days, for histories of hours shorter than a week."""
    window = y.size // _DAY_OF_HOURS - 1
    return seasonal_average(y, horizon, _DAY_OF_HOURS, window)
