"""Replenishment by the (s, S) policy: at s units or fewer, order up to S.

Demand is what the shop has seen, smoothed exponentially; deliveries take some days, some far more.
"""

from dataclasses import dataclass

import numpy as np

from esynapse.shop.columns import Bools, Columns, Floats, Ints
from esynapse.shop.profile import Profile, StockPolicy
from esynapse.shop.settling import WANTED
from esynapse.shop.streams import stream


@dataclass(frozen=True)
class Stock(Columns):
    """One row per product."""

    level: Ints
    """Units that can be sold."""
    incoming: Ints
    """Units ordered from the supplier; 0: none."""
    arrival: Ints
    """Date (ordinal) at whose start they can be sold."""
    demand: Floats
    """Units a day, as the shop forecasts."""


def order_levels(policy: StockPolicy, demand: Floats, promoted: Bools) -> tuple[Ints, Ints]:
    """The policy's s and S per product, in units; more of the ``promoted`` products is kept."""
    demand = demand * np.where(promoted, policy.promotion_factor, 1.0)
    lead = demand * (np.mean(policy.lead_days) + 1)
    low = np.round(lead + policy.safety * np.sqrt(lead)).astype(np.int64)
    high = low + np.maximum(2, np.round(demand * policy.cover_days)).astype(np.int64)
    return low, high


def opening_stock(profile: Profile, demand: Floats, promoted: Bools, *, seed: int) -> Stock:
    """Stock somewhere between s and S, as if the shop had long been open."""
    low, high = order_levels(profile.stock, demand, promoted)
    level = stream(seed, 0, "opening stock").integers(low, high + 1)
    return Stock.make(len(demand), level=np.maximum(level, 1), demand=demand)


def receive(stock: Stock, ordinal: int) -> Stock:
    """The stock at the start of a UTC day, with the deliveries that arrive on it."""
    here = (stock.incoming > 0) & (stock.arrival <= ordinal)
    return stock.with_columns(
        level=stock.level + np.where(here, stock.incoming, 0),
        incoming=np.where(here, 0, stock.incoming),
        arrival=np.where(here, 0, stock.arrival),
    )


def reorder(
    stock: Stock, profile: Profile, wanted: Ints, promoted: Bools, *, seed: int, ordinal: int
) -> Stock:
    """Forecast anew and order, at the day's end, what runs low and is not already on its way.

    Args:
        wanted: the day's demand per product, in 1 / WANTED units.
        promoted: products with a promotion that runs or is planned.
    """
    policy = profile.stock
    share = 1 / policy.demand_memory_days
    lift = np.where(promoted, policy.promotion_factor, 1.0)
    demand = (1 - share) * stock.demand + share * wanted / WANTED / lift
    low, high = order_levels(policy, demand, promoted)
    rng = stream(seed, ordinal, "lead time")
    lead = rng.integers(policy.lead_days[0], policy.lead_days[1] + 1, size=len(stock))
    fails = rng.random(len(stock)) < policy.supplier_failure
    late = rng.integers(*policy.supplier_failure_days, size=len(stock), endpoint=True)
    lead += np.where(fails, late, 0)
    due = (stock.level <= low) & (stock.incoming == 0)
    return Stock(
        stock.level,
        np.where(due, high - stock.level, stock.incoming),
        np.where(due, ordinal + 1 + lead, stock.arrival),
        demand,
    )
