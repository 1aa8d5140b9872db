"""What promotions did, measured as an analyst would who knows when they ran.

A product on promotion, or just after one, is compared with itself on the ordinary days of the weeks
before, at the same regular price. How the days were for all the shop, and the time without stock,
are divided out (see ``product_days``).
"""

from collections.abc import Callable, Hashable, Iterator
from math import nan
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy.optimize import brentq

from esynapse.shop.columns import Floats
from esynapse.shop.profile import Funnel
from shop_pictures.product_days import ProductDays

BEFORE = 28
"""Days before a promotion with which it is compared."""
_ENOUGH = 14
"""So many of them at least must be ordinary."""
_LARGEST_UPLIFT = 3.0
"""As in ``esynapse.shop.promoting``."""
_RESAMPLES = 200
_STEEPEST = 50.0
"""Of the elasticities looked for."""

AFTERWARDS = {"1–4": (1, 4), "5–8": (5, 8), "9–14": (9, 14), "15–21": (15, 21)}
"""Days since a promotion's last one."""


class Interval(NamedTuple):
    """An estimate from promotions, and where nineteen of twenty resamples of them have it."""

    value: float
    low: float
    high: float


def during(days: ProductDays) -> pd.DataFrame:
    """Promotions with ``expected`` (had the price stayed), ``count`` and ``planted`` (what the
    product's elasticity makes of the expected) while they ran."""
    rows = []
    for promotion, usual in _comparable(days):
        span = slice(promotion["first"], promotion["last"] + 1)
        expected, count = usual[span].sum(), days.count[promotion["place"], span].sum()
        planted = expected * np.exp(promotion["effect"])
        rows.append({**promotion, "expected": expected, "count": count, "planted": planted})
    return pd.DataFrame(rows)


def afterwards(days: ProductDays, funnel: Funnel) -> pd.DataFrame:
    """The same for the weeks after, a row for each promotion and ``stretch``."""
    rows = []
    for promotion, usual in _comparable(days):
        place, age = promotion["place"], np.arange(len(usual)) - promotion["last"]
        pulled = funnel.pull_forward * min(np.expm1(promotion["effect"]), _LARGEST_UPLIFT)
        left = 1 - pulled * np.exp(-age / funnel.pull_forward_days)
        for stretch, (first, last) in AFTERWARDS.items():
            then = (age >= first) & (age <= last) & (days.running[place] == 0)
            count = days.count[place, then].sum()
            rows.append((stretch, usual[then].sum(), count, (usual * left)[then].sum()))
    return pd.DataFrame(rows, columns=["stretch", "expected", "count", "planted"])


def _comparable(days: ProductDays) -> Iterator[tuple[dict[Hashable, Any], Floats]]:
    """Promotions that no other one overlaps and with enough ordinary days before, and what the
    product would have had on each day of the run."""
    for promotion in days.promotions.to_dict("records"):
        place, first, last = promotion["place"], promotion["first"], promotion["last"]
        if not 0 < first < days.count.shape[1]:
            continue
        before = days.ordinary[place] & (days.era[place] == days.era[place, first])
        before[: max(first - BEFORE, 0)] = before[first:] = False
        alone = days.running[place, first : last + 1].max() == 1
        if alone and before.sum() >= _ENOUGH:
            yield promotion, days.usual(place, before)


def ratio(rows: pd.DataFrame) -> float:
    """What came against what was expected; NaN if nothing was."""
    expected = float(rows["expected"].sum())
    return float(rows["count"].sum()) / expected if expected else nan


def elasticity(rows: pd.DataFrame) -> float:
    """The one elasticity that makes of the expected what came (Poisson regression without a
    constant); NaN if none does."""
    expected, log_ratio = rows["expected"].to_numpy(), rows["log_ratio"].to_numpy()

    def excess(slope: float) -> float:
        return float(expected @ np.exp(slope * log_ratio) - rows["count"].sum())

    if excess(-_STEEPEST) < 0 or excess(_STEEPEST) > 0:
        return nan
    return float(brentq(excess, -_STEEPEST, _STEEPEST))


def interval(rows: pd.DataFrame, estimate: Callable[[pd.DataFrame], float]) -> Interval:
    """``estimate`` of the promotions in ``rows``."""
    luck = np.random.default_rng(0).integers(0, len(rows), size=(_RESAMPLES, len(rows)))
    found = pd.Series([estimate(rows.iloc[draw]) for draw in luck])
    return Interval(estimate(rows), float(found.quantile(0.025)), float(found.quantile(0.975)))
