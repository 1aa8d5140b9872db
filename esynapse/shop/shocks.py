"""What befalls the shop: products that go viral, bad batches, hours of outage.

Each date's shocks are drawn from that date's own stream, so any day knows them without a history.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from esynapse.shop.clock import BINS, DayClock
from esynapse.shop.columns import Bools, Columns, Floats, Ints
from esynapse.shop.profile import ShockRates
from esynapse.shop.streams import stream

VIRAL, BAD_BATCH, OUTAGE = range(3)
KINDS = ("viral", "bad_batch", "outage")
_VIRAL_DAYS = 30
"""After so many days a product that went viral is an ordinary one again."""


@dataclass(frozen=True)
class Shocks(Columns):
    """One row per shock."""

    kind: Ints
    product: Ints
    """-1: the whole shop."""
    start: Ints
    """Shop's date."""
    days: Ints
    quarter_hour: Ints
    """Of an outage: its first quarter hour of the shop's day."""
    quarter_hours: Ints
    factor: Floats
    """By how much views, or the chance of a return, are multiplied at first; 0 in an outage."""


@lru_cache(maxsize=128)
def shocks_of(rates: ShockRates, products: int, seed: int, ordinal: int) -> Shocks:
    """The shocks that begin on the shop's date ``ordinal``, to one of the first ``products``."""
    rng = stream(seed, ordinal, "shocks")
    thousands = products / 1000 / 365.25
    viral = rng.poisson(rates.viral_per_year * thousands)
    bad = rng.poisson(rates.bad_batches_per_year * thousands)
    outages = rng.poisson(rates.outages_per_year / 365.25)
    low, high = rates.bad_batch_days
    shortest, longest = rates.outage_quarter_hours
    peaks = np.exp(rng.normal(np.log(rates.viral_peak), 0.5, size=viral))
    return Shocks.concat(
        [
            Shocks.make(
                viral,
                kind=VIRAL,
                product=rng.integers(0, products, size=viral),
                start=ordinal,
                days=_VIRAL_DAYS,
                factor=1 + peaks,
            ),
            Shocks.make(
                bad,
                kind=BAD_BATCH,
                product=rng.integers(0, products, size=bad),
                start=ordinal,
                days=rng.integers(low, high + 1, size=bad),
                factor=rates.bad_batch_returns,
            ),
            Shocks.make(
                outages,
                kind=OUTAGE,
                product=-1,
                start=ordinal,
                days=1,
                quarter_hour=rng.integers(0, BINS - longest + 1, size=outages),
                quarter_hours=rng.integers(shortest, longest + 1, size=outages),
            ),
        ]
    )


def recent_shocks(rates: ShockRates, products: int, seed: int, first: int, last: int) -> Shocks:
    """All shocks that may act between the dates ``first`` and ``last``."""
    longest = max(_VIRAL_DAYS, rates.bad_batch_days[1])
    dates = range(first - longest, last + 1)
    return Shocks.concat([shocks_of(rates, products, seed, ordinal) for ordinal in dates])


def view_factor(rates: ShockRates, shocks: Shocks, ordinal: int, products: int) -> Floats:
    """By how much each product's views are multiplied on a date."""
    factor = np.ones(products)
    age = ordinal - shocks.start
    acts = (shocks.kind == VIRAL) & (age >= 0) & (age < shocks.days)
    fade = 0.5 ** (age[acts] / rates.viral_half_life_days)
    np.maximum.at(factor, shocks.product[acts], 1 + (shocks.factor[acts] - 1) * fade)
    return factor


def return_factor(shocks: Shocks, ordinal: int, products: int) -> Floats:
    """By how much each product's chance of a return is multiplied, if bought on a date."""
    factor = np.ones(products)
    age = ordinal - shocks.start
    acts = (shocks.kind == BAD_BATCH) & (age >= 0) & (age < shocks.days)
    np.maximum.at(factor, shocks.product[acts], shocks.factor[acts])
    return factor


def shop_is_open(shocks: Shocks, clock: DayClock) -> Bools:
    """Whether sessions can start in each quarter hour of the two UTC days (192)."""
    dates, hours = clock.local_date, clock.local_hour
    quarter = (hours * 4).astype(np.int64)
    is_open = np.ones(2 * BINS, dtype=bool)
    for outage in np.flatnonzero(shocks.kind == OUTAGE):
        past = quarter - shocks.quarter_hour[outage]
        lasts = (past >= 0) & (past < shocks.quarter_hours[outage])
        is_open &= ~(lasts & (dates == shocks.start[outage]))
    return is_open
