"""One retrain: forecast now, forecast again from past cutoffs, score those, choose what to serve.

A forecast at a past cutoff sees nothing from the cutoff on: neither the model's fit nor the choice
between the model and the seasonal naive, which goes by the errors known by then.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa

from esynapse.errors import EsynapseError
from esynapse.forecasting import models
from esynapse.forecasting.backtest import Z80, Window, interval, loses, score
from esynapse.forecasting.history import Calendar, Days, Hours, Values, densify, newest
from esynapse.forecasting.models import Model, Prediction
from esynapse.progress import Progress, silent
from esynapse.warehouse.raw_tables import ACCURACY_SCHEMA, FORECAST_SCHEMA

CONFIDENCE_LEVEL = 0.8
"""Of the published interval. Planners stock for four days in five; ML.FORECAST's default of 0.95
is so wide at 30 days that a shop's actuals hardly ever leave it. Accuracy tells the coverage at
both 80 and 95 %."""

MINIMUM_DAYS = 3


class Forecast(NamedTuple):
    """The result of one retrain."""

    forecasts: pa.Table
    """FORECAST_SCHEMA: of this run, and of past cutoffs, whose ``run_at`` is their cutoff."""
    accuracy: pa.Table
    """ACCURACY_SCHEMA, one row per series: scores are those of ``model``; ``served_model`` differs
    where the seasonal naive took its place; scores are null where no past cutoff tells."""


@dataclass(frozen=True)
class _Granularity:
    name: str
    day: int
    """Steps in a day."""
    season: int
    """Steps after which the pattern repeats: a week."""
    longest: int
    """Steps of history that are fitted: the cost grows with them, and older ones resemble the shop
    of today less and less."""
    past_days: Sequence[int]
    """How many days before the end past cutoffs lie; further ones follow week by week."""
    model: Callable[[int], Model]
    """The model for a history of so many steps."""

    def past_cutoffs(self, steps: int, count: int) -> list[int]:
        """Ends of the histories shown to past forecasts, in steps, the oldest first."""
        beyond = [self.past_days[-1] + 7 * (k + 1) for k in range(count)]
        days = [*self.past_days, *beyond][:count]
        ends = [steps - days_ago * self.day for days_ago in reversed(days)]
        return [end for end in ends if end >= MINIMUM_DAYS * self.day]


_DAILY = _Granularity("daily", 1, models.WEEK_OF_DAYS, 730, (7, 14, 21, 28), models.daily_model)
_HOURLY = _Granularity(
    "hourly", 24, models.WEEK_OF_HOURS, 16 * 168, (1, 2, 4, 7), models.hourly_model
)


def forecast_daily(
    history: pa.Table,
    *,
    run_at: datetime,
    horizon: int = 30,
    past_cutoffs: int = 4,
    timezone: str = "UTC",
    progress: Progress = silent,
) -> Forecast:
    """Forecast each series of ``history`` by day.

    Args:
        history: series_id string, timestamp timestamp[us, UTC] (start of the shop's day), value
            float64 in the shop's currency; complete days alone. Days without a row count zero.
        run_at: when this run happens; it only labels the rows.
        horizon: days ahead.
        past_cutoffs: how many forecasts to make as of 7, 14, 21, … days before the end.
        timezone: the shop's IANA zone, in which its days are cut.
        progress: told after each fit.

    Raises:
        EsynapseError: fewer than 3 days of history, or rows that contradict one another.
    """
    calendar = Days(ZoneInfo(timezone))
    return _run(_DAILY, calendar, history, run_at, horizon, past_cutoffs, progress)


def forecast_hourly(
    history: pa.Table,
    *,
    run_at: datetime,
    horizon: int = 168,
    past_cutoffs: int = 4,
    timezone: str = "UTC",  # noqa: ARG001
    progress: Progress = silent,
) -> Forecast:
    """Forecast each series of ``history`` by hour.

    As ``forecast_daily``, with hours for days; past cutoffs lie 1, 2, 4, 7, 14, … days before the
    end. Hours are instants: ``timezone`` changes nothing, and when summer time begins or ends the
    pattern moves by an hour until the history has caught up.
    """
    calendar = Hours(newest(history))
    return _run(_HOURLY, calendar, history, run_at, horizon, past_cutoffs, progress)


class _Fit(NamedTuple):
    """A model's forecast from one cutoff beside the seasonal naive's; both clipped at zero."""

    end: int
    """Steps of history shown to it."""
    model: Model
    candidate: Prediction
    naive: Prediction | None
    """None where the history is shorter than a season."""
    changes: Values
    """Season-on-season changes of the history shown."""


def _run(
    granularity: _Granularity,
    calendar: Calendar,
    history: pa.Table,
    run_at: datetime,
    horizon: int,
    past_cutoffs: int,
    progress: Progress,
) -> Forecast:
    dense = densify(history, calendar)
    if dense.steps < MINIMUM_DAYS * granularity.day:
        raise EsynapseError(
            f"the revenue history spans {dense.steps / granularity.day:.3g} complete day(s), "
            f"{granularity.name} forecasts need {MINIMUM_DAYS}: retrain when they are over"
        )
    ends = [*granularity.past_cutoffs(dense.steps, past_cutoffs), dense.steps]
    forecasts: list[pa.Table] = []
    accuracy: list[dict[str, Any]] = []
    for place, (series, y) in enumerate(zip(dense.series, dense.values, strict=True)):
        fits: list[_Fit] = []
        for count, end in enumerate(ends, start=1):
            fit = _fit(granularity, y[:end], horizon)
            known = _evidence(fit, fits, y[:end])
            fits.append(fit)
            scores = score(known)
            served = fit.naive if fit.naive is not None and loses(scores) else fit.candidate
            cutoff = calendar.start(dense.first_slot + end)
            starts = [calendar.start(dense.first_slot + end + step) for step in range(horizon)]
            when = run_at if end == dense.steps else cutoff
            forecasts.append(_forecast_rows(series, when, cutoff, starts, served))
            done = place * len(ends) + count
            progress(done, len(dense.series) * len(ends), f"{granularity.name} {series}")
        accuracy.append(
            {"series_id": series, "granularity": granularity.name, "run_at": run_at}
            | {"model": fit.candidate.model, "served_model": served.model, "cutoffs": len(known)}
            | scores._asdict()
        )
    return Forecast(
        pa.concat_tables(forecasts).combine_chunks(),
        pa.Table.from_pylist(accuracy, schema=ACCURACY_SCHEMA),
    )


def _fit(granularity: _Granularity, shown: Values, horizon: int) -> _Fit:
    """Fit the model that suits the length of ``shown``, all of the history it may see."""
    season = granularity.season
    y = shown[-granularity.longest :]
    model = granularity.model(y.size)
    naive = models.seasonal_naive(y, horizon, season) if y.size >= season else None
    return _Fit(
        end=shown.size,
        model=model,
        candidate=_clip(model(y, horizon)),
        naive=None if naive is None else _clip(naive),
        changes=y[season:] - y[:-season],
    )


def _clip(prediction: Prediction) -> Prediction:
    return prediction._replace(values=np.maximum(prediction.values, 0.0))


def _evidence(fit: _Fit, earlier: Sequence[_Fit], shown: Values) -> list[Window]:
    """Earlier forecasts of the same kind of model beside what ``shown`` tells of their steps."""
    windows = []
    for past in earlier:
        if past.model is fit.model and past.naive is not None:
            actual = shown[past.end : past.end + past.candidate.values.size]
            seen = slice(actual.size)
            windows.append(
                Window(
                    actual=actual,
                    values=past.candidate.values[seen],
                    errors=past.candidate.errors[seen],
                    naive=past.naive.values[seen],
                    changes=past.changes,
                )
            )
    return windows


def _forecast_rows(
    series: str, run_at: datetime, cutoff: datetime, starts: list[datetime], served: Prediction
) -> pa.Table:
    steps = len(starts)
    lower, upper = interval(served.values, served.errors, Z80)
    columns = [
        [series] * steps,
        [run_at] * steps,
        [cutoff] * steps,
        [served.model] * steps,
        starts,
        served.values,
        served.errors,
        [CONFIDENCE_LEVEL] * steps,
        lower,
        upper,
    ]
    arrays = [pa.array(c, f.type) for c, f in zip(columns, FORECAST_SCHEMA, strict=True)]
    return pa.Table.from_arrays(arrays, schema=FORECAST_SCHEMA)
