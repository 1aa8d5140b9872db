"""The candidates of one series at one cutoff: what the model says, and what it has to beat."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from typing import NamedTuple

import numpy as np

from esynapse.forecasting import models
from esynapse.forecasting.granularity import Granularity
from esynapse.forecasting.history import Values
from esynapse.forecasting.models import Prediction
from esynapse.forecasting.occasions import Occasion, multipliers
from esynapse.progress import Progress

MODEL = "model"
NAIVE = "seasonal naive"

FEW = 32
"""Fits that are done before the processes for more of them have started."""


class Task(NamedTuple):
    """What is shown to the candidates."""

    granularity: Granularity
    y: Values
    """(steps,): the history before the cutoff, no longer than is fitted."""
    first_slot: int
    horizon: int
    occasions: tuple[Occasion, ...]


class Candidates(NamedTuple):
    """What each candidate expects; none below zero."""

    is_short: bool
    """Whether the history is shorter than the model needs: such are not compared with others."""
    predictions: dict[str, Prediction]
    """By MODEL and NAIVE, in the order of trust without evidence; at least one."""
    multipliers: Values
    """(steps + horizon,): what occasions multiply the steps by, as the model was told."""
    changes: Values
    """Season-on-season changes of the history shown."""


def fit(task: Task) -> Candidates:
    """Fit every candidate that the history allows."""
    granularity, y, horizon = task.granularity, task.y, task.horizon
    season = granularity.season
    is_short = y.size < granularity.enough
    multiplied = np.ones(y.size + horizon)
    found: dict[str, Prediction] = {}
    if y.size < season:
        found[MODEL] = granularity.short_model(y, horizon)
    elif not is_short:
        if granularity.day == 1:
            multiplied = multipliers(y, task.first_slot, horizon, task.occasions)
        found[MODEL] = _with_occasions(granularity, y, horizon, multiplied)
    if y.size >= season:
        found[NAIVE] = models.seasonal_naive(y, horizon, season)
    return Candidates(
        is_short,
        {name: p._replace(values=np.maximum(p.values, 0.0)) for name, p in found.items()},
        multiplied,
        changes=y[season:] - y[:-season],
    )


def _with_occasions(
    granularity: Granularity, y: Values, horizon: int, multiplied: Values
) -> Prediction:
    """The model of the series without the occasions' effects, and these put back."""
    usual = granularity.model(y / multiplied[: y.size], horizon)
    if (multiplied == 1).all():
        return usual
    ahead = multiplied[y.size :]
    return Prediction(f"{usual.model} with occasions", usual.values * ahead, usual.errors * ahead)


def fit_all(
    tasks: Sequence[Task], labels: Sequence[str], *, workers: int, progress: Progress
) -> list[Candidates]:
    """Fit every task, in ``workers`` processes if there are many; results in the tasks' order."""
    done: list[Candidates] = []
    with _mapped(tasks, workers) as results:
        for label, result in zip(labels, results, strict=True):
            done.append(result)
            progress(len(done), len(tasks), label)
    return done


@contextmanager
def _mapped(tasks: Sequence[Task], workers: int) -> Iterator[Iterator[Candidates]]:
    if workers < 2 or len(tasks) <= FEW:
        yield map(fit, tasks)
        return
    # Spawned, since a fork of a process with threads (Prefect's, Arrow's) may hang.
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        try:
            yield pool.map(fit, tasks, chunksize=4)
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
