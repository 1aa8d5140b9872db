"""One retrain: forecast now, forecast again from past cutoffs, score those, choose what to serve.

A forecast at a past cutoff sees nothing from the cutoff on: neither the models' fit, nor the effect
of occasions, nor the choice between candidates, which goes by the errors known by then.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa

from esynapse.errors import EsynapseError
from esynapse.forecasting import rows
from esynapse.forecasting.candidates import MODEL, NAIVE, Task, fit_all
from esynapse.forecasting.decompose import judge, parts_of_forecast, parts_of_history
from esynapse.forecasting.granularity import DAILY, HOURLY, MINIMUM_DAYS, Granularity
from esynapse.forecasting.history import Calendar, Days, Dense, Hours, Series, densify, newest
from esynapse.forecasting.occasions import Occasion
from esynapse.forecasting.reconcile import reconcile
from esynapse.forecasting.serving import Cut, Served, serve
from esynapse.progress import Progress, silent

PAST_CUTOFFS = 6
TOTAL = "total"
ADDITIVE = frozenset({"net_revenue"})
"""Measures whose categories add up to the total. An order with products of two categories is an
order of both, so orders do not."""


class Forecast(NamedTuple):
    """The result of one retrain."""

    forecasts: pa.Table
    """FORECAST_SCHEMA: of this run, and of past cutoffs, whose ``run_at`` is their cutoff."""
    accuracy: pa.Table
    """ACCURACY_SCHEMA, one row per series and candidate; scores are null where no past cutoff
    tells."""
    components: pa.Table
    """COMPONENT_SCHEMA: of the history that was fitted, and of this run's forecast."""
    anomalies: pa.Table
    """ANOMALY_SCHEMA: the history that was fitted, as its own parts judge it."""
    notes: tuple[str, ...]
    """What a person should know of it, each a sentence."""


def forecast_daily(
    history: pa.Table,
    *,
    run_at: datetime,
    horizon: int = 30,
    past_cutoffs: int = PAST_CUTOFFS,
    timezone: str = "UTC",
    occasions: Collection[Occasion] = (),
    workers: int = 1,
    progress: Progress = silent,
) -> Forecast:
    """Forecast each series of ``history`` by day.

    Args:
        history: measure string, series_id string, timestamp timestamp[us, UTC] (start of the shop's
            day), value float64 (the shop's currency, or a count); complete days alone. Days
            without a row count zero.
        run_at: when this run happens; it only labels the rows.
        horizon: days ahead.
        past_cutoffs: how many forecasts to make as of 7, 14, 21, … days before the end.
        timezone: the shop's IANA zone, in which its days are cut.
        occasions: campaigns and holidays, past and to come.
        workers: processes to fit in.
        progress: told after each fit.

    Raises:
        EsynapseError: fewer than 3 days of history, or rows that contradict one another.
    """
    run = _Run(DAILY, Days(ZoneInfo(timezone)), run_at, horizon, past_cutoffs, tuple(occasions))
    return run.forecast(history, workers, progress)


def forecast_hourly(
    history: pa.Table,
    *,
    run_at: datetime,
    horizon: int = 168,
    past_cutoffs: int = PAST_CUTOFFS,
    workers: int = 1,
    progress: Progress = silent,
) -> Forecast:
    """Forecast each series of ``history`` by hour.

    As ``forecast_daily``, with hours for days; past cutoffs lie 1, 2, 4, 7, 14, 21, … days before
    the end. Hours are instants: when summer time begins or ends the pattern moves by an hour until
    the history has caught up.
    """
    run = _Run(HOURLY, Hours(newest(history)), run_at, horizon, past_cutoffs, ())
    return run.forecast(history, workers, progress)


class _Run(NamedTuple):
    granularity: Granularity
    calendar: Calendar
    run_at: datetime
    horizon: int
    past_cutoffs: int
    occasions: tuple[Occasion, ...]

    def forecast(self, history: pa.Table, workers: int, progress: Progress) -> Forecast:
        dense = densify(history, self.calendar)
        self._check(dense)
        ends = [*self.granularity.past_cutoffs(dense.steps, self.past_cutoffs), dense.steps]
        cuts = self._fit(dense, ends, workers, progress)
        served = [self._served(dense, cuts, place) for place in range(len(ends))]
        labels = [self._label(dense, end) for end in ends]
        explained = [
            self._explained(dense, series, cuts[series][-1], found)
            for series, found in served[-1].items()
        ]
        return Forecast(
            rows.forecasts(labels, served),
            rows.accuracy(self.granularity, self.run_at, cuts, served[-1]),
            pa.concat_tables([components for components, _ in explained]).combine_chunks(),
            pa.concat_tables([anomalies for _, anomalies in explained]).combine_chunks(),
            self._notes(dense, served[-1]),
        )

    def _check(self, dense: Dense) -> None:
        if dense.steps < MINIMUM_DAYS * self.granularity.day:
            raise EsynapseError(
                f"the history of sales spans {dense.steps / self.granularity.day:.3g} complete "
                f"day(s), {self.granularity.name} forecasts need {MINIMUM_DAYS}: retrain when they "
                "are over"
            )

    def _fit(
        self, dense: Dense, ends: Sequence[int], workers: int, progress: Progress
    ) -> dict[Series, list[Cut]]:
        """The candidates of every series at every cutoff, the oldest first."""
        tasks, labels = [], []
        for series, y in zip(dense.series, dense.values, strict=True):
            for end in ends:
                begin = max(0, end - self.granularity.longest)
                slot = dense.first_slot + begin
                tasks.append(
                    Task(self.granularity, y[begin:end], slot, self.horizon, self.occasions)
                )
                labels.append(f"{self.granularity.name} {series}")
        found = iter(fit_all(tasks, labels, workers=workers, progress=progress))
        return {series: [Cut(end, next(found)) for end in ends] for series in dense.series}

    def _served(
        self, dense: Dense, cuts: dict[Series, list[Cut]], place: int
    ) -> dict[Series, Served]:
        """What is served at one cutoff, with categories that add up."""
        served = {
            series: serve(cuts[series][place], cuts[series][:place], y)
            for series, y in zip(dense.series, dense.values, strict=True)
        }
        for measure in ADDITIVE:
            total = Series(measure, TOTAL)
            parts = [s for s in dense.series if s.measure == measure and s != total]
            if total in served and parts:
                predictions = [served[s].prediction for s in parts]
                whole, changed = reconcile(served[total].prediction, predictions)
                for series, prediction in zip([total, *parts], [whole, *changed], strict=True):
                    served[series] = served[series]._replace(prediction=prediction)
        return served

    def _explained(
        self, dense: Dense, series: Series, cut: Cut, served: Served
    ) -> tuple[pa.Table, pa.Table]:
        """The parts of the history that was fitted, and of the forecast; the past so judged."""
        y = dense.values[dense.series.index(series)][-self.granularity.longest :]
        multipliers = cut.candidates.multipliers
        if served.chosen != MODEL:
            multipliers = np.ones(multipliers.size)
        past = parts_of_history(self.granularity, y, multipliers[: y.size])
        values = served.prediction.values
        ahead = parts_of_forecast(self.granularity, past, values, multipliers[y.size :])
        first = dense.first_slot + dense.steps - y.size
        steps = [self.calendar.start(first + step) for step in range(multipliers.size)]
        label = (series, self.granularity, self.run_at)
        return (
            rows.components(*label, steps, past, ahead),
            rows.anomalies(*label, steps[: y.size], past, judge(self.granularity, past)),
        )

    def _label(self, dense: Dense, end: int) -> rows.Label:
        first = dense.first_slot + end
        steps = [self.calendar.start(first + step) for step in range(self.horizon)]
        is_backtest = end < dense.steps
        return rows.Label(steps[0] if is_backtest else self.run_at, is_backtest, steps)

    def _notes(self, dense: Dense, served: dict[Series, Served]) -> tuple[str, ...]:
        steps, name = dense.steps, self.granularity.name
        if steps < self.granularity.enough:
            model = next(iter(served.values())).prediction.model
            return (
                f"{name}: {steps / self.granularity.day:.3g} complete days are too few for the "
                f"models, which need {self.granularity.enough // self.granularity.day}; "
                f"{model} is served",
            )
        naive = [str(series) for series, found in served.items() if found.chosen == NAIVE]
        if not naive:
            return ()
        return (f"{name}: the seasonal naive is served where it did better: {', '.join(naive)}",)
