"""`esynapse bench forecast`: what the product serves, beside the seasonal naive and prophet."""

import os
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from itertools import chain
from statistics import fmean

import psutil
import pyarrow as pa

from esynapse.progress import Progress, silent
from flows.bench.forecast_cases import (
    SETTINGS,
    Case,
    Kind,
    Setting,
    cases,
    pool_of_processes,
    run_cases,
)
from flows.bench.forecast_data import History
from flows.bench.forecast_public import SOURCES, public_histories
from flows.bench.forecast_retrain import Retrain, measure_retrain
from flows.bench.forecast_rivals import NO_PROPHET, rivals
from flows.bench.forecast_scores import Outcome, Ratio, geometric_mean, ratios
from flows.bench.forecast_shops import shop_histories

SCALE, QUICK_SCALE = 0.1, 0.02
"""Of the simulated shops: about 50 and 10 orders a day."""
SHOP_DAYS, QUICK_DAYS = 480, 400
MOST_SECONDS, MOST_MB = 90, 1500
"""What the whole retrain may take."""
COVERED = (0.75, 0.88)
"""What the 80 % intervals should cover."""

Tried = list[tuple[Case, list[Outcome]]]


def bench_forecast(
    *, seeds: Sequence[int] = (1, 2, 3), quick: bool = False, progress: Progress = silent
) -> tuple[pa.Table, pa.Table, pa.Table, list[str]]:
    """Forecast real series and simulated shops from past cutoffs, and time the retrain.

    Args:
        seeds: of the simulated shops.
        quick: one small shop, the first real history, two cutoffs, one retrain.

    Returns:
        a table of the means, one of the series, one of the retrain, and notes.
    """
    seeds = seeds[:1] if quick else seeds
    days, scale = (QUICK_DAYS, QUICK_SCALE) if quick else (SHOP_DAYS, SCALE)
    real, notes = public_histories(SOURCES[:1] if quick else SOURCES)
    with pool_of_processes() as pool:
        shops = list(pool.map(partial(shop_histories, days=days, scale=scale), seeds))
    simulated = list(chain.from_iterable(shops))
    tried = try_all(real, simulated, most_cutoffs=2 if quick else 4, progress=progress)
    retrains = []
    for number, length in enumerate((90,) if quick else (90, days)):
        progress(number, 2, f"a retrain on {length} days")
        retrains.append(measure_retrain(seeds[0], days=length, scale=scale))
    return (
        means_table(tried),
        series_table(tried),
        retrain_table(retrains),
        [*notes, *_notes(tried)],
    )


def try_all(
    real: Sequence[History],
    simulated: Sequence[History],
    *,
    most_cutoffs: int,
    progress: Progress = silent,
) -> Tried:
    """All rivals from all cutoffs."""
    wanted = [*cases("real", real, most_cutoffs), *cases("simulated", simulated, most_cutoffs)]
    return run_cases(wanted, progress=progress)


def means_table(tried: Tried) -> pa.Table:
    """Of each kind and setting: the geometric mean of the series' ratios, and the coverage."""
    rows = []
    for kind, setting, outcomes in _blocks(tried):
        ours, theirs = ratios(outcomes, "ESynapse"), ratios(outcomes, "prophet")
        rows.append(
            {
                "series": f"{kind}, {setting.granularity}, {setting.seen} seen",
                "how many": len(ours),
                "ESynapse": _mean(ours),
                "meant to be": f"≤ {setting.goal:.2f}",
                "prophet": _mean(theirs),
                "80 % covers": _covered(ours),
                "prophet's": _covered(theirs),
                "loses on": sum(ratio.ratio > 1 for ratio in ours),
            }
        )
    return pa.Table.from_pylist(rows)


def series_table(tried: Tried) -> pa.Table:
    """Every series: MASE ÷ that of the seasonal naive."""
    rows = []
    for _, setting, outcomes in _blocks(tried):
        theirs = {ratio.series: ratio for ratio in ratios(outcomes, "prophet")}
        for ours in ratios(outcomes, "ESynapse"):
            rival = theirs.get(ours.series)
            rows.append(
                {
                    "series": ours.series,
                    "seen": setting.seen,
                    "cutoffs": ours.cutoffs,
                    "naive's MASE": ours.naive_mase,
                    "ESynapse": ours.ratio,
                    "prophet": rival.ratio if rival else None,
                    "80 % covers": _percent(ours.covered),
                    "": "loses" if ours.ratio > 1 else "",
                }
            )
    return pa.Table.from_pylist(rows)


def retrain_table(retrains: Sequence[Retrain]) -> pa.Table:
    """What the whole retrain took."""
    rows = [
        {
            "retrain": f"{found.days} days of {found.series} series, with backtests",
            "seconds": f"{found.measured.seconds:.0f}",
            "meant to be": f"≤ {MOST_SECONDS}",
            "processor s": f"{found.cpu_seconds:.0f}",
            "peak MB, all processes": f"{found.measured.peak_together_mb:,.0f}",
            "may be": f"≤ {MOST_MB:,}",
        }
        for found in retrains
    ]
    return pa.Table.from_pylist(rows)


def _blocks(tried: Tried) -> list[tuple[Kind, Setting, list[Outcome]]]:
    kinds: tuple[Kind, ...] = ("real", "simulated")
    blocks = []
    for kind in kinds:
        for setting in SETTINGS:
            mine = [found for case, found in tried if (case.kind, case.setting) == (kind, setting)]
            if mine:
                blocks.append((kind, setting, list(chain.from_iterable(mine))))
    return blocks


def _mean(found: Sequence[Ratio]) -> float | None:
    return geometric_mean([ratio.ratio for ratio in found]) if found else None


def _covered(found: Sequence[Ratio]) -> str | None:
    covered = [ratio.covered for ratio in found if ratio.covered is not None]
    return _percent(sum(covered) / len(covered)) if covered else None


def _percent(share: float | None) -> str | None:
    return None if share is None else f"{share:.0%}"


def _notes(tried: Tried) -> list[str]:
    machine = f"{os.cpu_count()} cores, {psutil.virtual_memory().total / 1e9:.0f} GB"
    low, high = COVERED
    outcomes = list(chain.from_iterable(found for _, found in tried))
    seconds = {
        name: fmean([o.seconds for o in outcomes if o.rival == name])
        for name in ("ESynapse", "prophet")
        if any(o.rival == name for o in outcomes)
    }
    notes = [
        f"{datetime.now(UTC):%F}, {machine}",
        "seconds for one series, on one core of those at work: "
        + ", ".join(f"{name} {spent:.1f}" for name, spent in seconds.items())
        + "; ESynapse's include the backtest of six cutoffs",
        "ESynapse and prophet: MASE ÷ that of the seasonal naive (7 days, 168 hours), 30 days or "
        "168 hours ahead; below 1 is better; the mean is geometric, over series",
        "served values: after the choice by backtest, reconciled, intervals re-scaled; by day both "
        "know the public holidays and, of simulated shops, the campaigns",
        f"the 80 % intervals should cover {low:.0%} to {high:.0%}",
        "sources, licences and the rule of choice: flows/bench/forecast_public.py",
    ]
    return notes if "prophet" in rivals() else [*notes, NO_PROPHET]
