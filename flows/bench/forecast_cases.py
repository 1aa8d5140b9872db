"""Which cutoffs of which histories `esynapse bench forecast` tries, and all rivals on them."""

import multiprocessing
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from typing import Literal, NamedTuple

from esynapse.progress import Progress, silent
from flows.bench.forecast_data import Granularity, History
from flows.bench.forecast_rivals import rivals
from flows.bench.forecast_scores import Outcome, cutoffs, try_rival

Kind = Literal["real", "simulated"]


class Setting(NamedTuple):
    """How much history is shown, and what the error should be."""

    granularity: Granularity
    seen: str
    at_least: int
    """Steps of history that a cutoff has before it."""
    at_most: int | None
    """Steps that are shown; None: all."""
    goal: float
    """Most of the geometric mean of MASE ÷ SeasonalNaive's."""


SETTINGS = [
    Setting("daily", "90 days", 90, 90, 0.90),
    Setting("daily", "a year or more", 365, None, 0.84),
    Setting("hourly", "8 weeks", 8 * 168, 8 * 168, 0.83),
]


class Case(NamedTuple):
    """One cutoff of one history."""

    kind: Kind
    setting: Setting
    history: History
    first: int
    cutoff: int


def cases(kind: Kind, histories: Sequence[History], count: int) -> Iterator[Case]:
    """At most ``count`` cutoffs of each history for each setting that it is long enough for."""
    for history in histories:
        for setting in SETTINGS:
            if setting.granularity == history.granularity:
                at = cutoffs(history.steps, setting.at_least, history.granularity, count)
                for cutoff in at:
                    first = cutoff - (setting.at_most or cutoff)
                    yield Case(kind, setting, history, first, cutoff)


def pool_of_processes(workers: int | None = None) -> ProcessPoolExecutor:
    """One process a core, unless said otherwise; spawned: a fork of DuckDB's threads may hang."""
    return ProcessPoolExecutor(workers or os.cpu_count(), multiprocessing.get_context("spawn"))


def run_cases(
    wanted: Sequence[Case], *, workers: int | None = None, progress: Progress = silent
) -> list[tuple[Case, list[Outcome]]]:
    """Let all rivals forecast all cases, in ``workers`` processes (default: one a core)."""
    found: dict[int, list[Outcome]] = {}
    with pool_of_processes(workers) as pool:
        futures = {pool.submit(_try_all, case): number for number, case in enumerate(wanted)}
        for future in as_completed(futures):
            number = futures[future]
            found[number] = future.result()
            case = wanted[number]
            progress(len(found), len(wanted), f"{case.history.name}, {case.setting.seen}")
    return [(case, found[number]) for number, case in enumerate(wanted)]


def _try_all(case: Case) -> list[Outcome]:
    history, first, cutoff = case.history, case.first, case.cutoff
    return [
        outcome
        for name, rival in rivals().items()
        for outcome in try_rival(name, rival, history, first, cutoff, case.setting.seen)
    ]
