"""Demand: how many sessions start on a day, when, and by whom."""

from dataclasses import dataclass

import numpy as np

from esynapse.shop.clock import BIN, BINS, DayClock
from esynapse.shop.columns import Columns, Floats, Ints
from esynapse.shop.profile import Profile, Traffic
from esynapse.shop.state import CartReturns, Customers, ShopState
from esynapse.shop.streams import stream


@dataclass(frozen=True)
class Visits(Columns):
    """Sessions that start; one row each."""

    start: Ints
    user: Ints
    session: Ints
    aim: Ints
    """Product that the visitor comes back for; -1: none."""
    eagerness: Floats
    """Multiplies the chance to put something into the cart."""
    commitment: Floats
    """Multiplies the chance to buy the cart."""


def expected_sessions(
    traffic: Traffic, clock: DayClock, *, seed: int, scale: float, opening: int
) -> Floats:
    """Expected sessions that start in each quarter hour of the UTC day (96)."""
    dates, hours = clock.local_date[:BINS], clock.local_hour[:BINS]
    curve = np.array(traffic.hours)
    hourly = np.interp(hours, np.arange(24) + 0.5, curve / curve.mean(), period=24)
    weekly = np.array(traffic.weekday) / np.mean(traffic.weekday)
    rate: Floats = hourly * weekly[(dates - 1) % 7] * traffic.sessions_per_day * scale / BINS
    rate *= np.exp(traffic.annual_growth * (dates - opening) / 365)
    for day in np.unique(dates):
        luck = stream(seed, int(day), "demand of the date").standard_normal()
        rate[dates == day] *= np.exp(traffic.daily_noise * (luck - traffic.daily_noise / 2))
    return rate


def session_numbers(clock: DayClock, first: int, count: int) -> Ints:
    """Numbers for ``count`` sessions that start on this UTC day, from the ``first`` one on."""
    day = clock.start // (BIN * BINS)
    return (day << 32) + np.arange(first, first + count, dtype=np.int64)


def arrivals(state: ShopState, clock: DayClock) -> tuple[Visits, Ints, int]:
    """Visits of the day other than returns to a cart.

    Returns:
        The visits by start, the visitors remembered afterwards, and the next new user's number.
    """
    rng = stream(state.seed, clock.ordinal, "arrivals")
    profile, habits = state.profile, state.profile.customers
    rate = expected_sessions(
        profile.traffic,
        clock,
        seed=state.seed,
        scale=state.scale,
        opening=state.opening_day.toordinal(),
    )
    counts = rng.poisson(rate)
    n = int(counts.sum())
    bins = np.repeat(np.arange(BINS, dtype=np.int64), counts)
    start = np.sort(clock.start + bins * BIN + rng.integers(0, BIN, size=n))
    loyal = _customers_who_come(state.customers, profile, clock, rng)[: n // 2]
    seen = round((n - len(loyal)) * habits.returning_visitors)
    known, others = _visitors_who_come(state, seen, rng)
    fresh = state.next_user + np.arange(n - len(loyal) - len(known), dtype=np.int64)
    order = rng.permutation(n)
    is_loyal = order < len(loyal)
    visits = Visits.make(
        n,
        start=start,
        user=np.concatenate([state.customers.user[loyal], known, fresh])[order],
        session=session_numbers(clock, 0, n),
        aim=-1,
        eagerness=np.where(is_loyal, habits.eagerness, 1.0),
        commitment=np.where(is_loyal, habits.commitment, 1.0),
    )
    memory = round(habits.visitor_memory * state.scale)
    remembered = np.concatenate([others, known, fresh])[-memory:]
    return visits, remembered, state.next_user + len(fresh)


def returning_visits(due: CartReturns, profile: Profile, clock: DayClock, first: int) -> Visits:
    """Visits of people who come back for a cart they left."""
    return Visits.make(
        len(due),
        start=due.time,
        user=due.user,
        session=session_numbers(clock, first, len(due)),
        aim=due.product,
        eagerness=1.0,
        commitment=profile.funnel.cart_return_commitment,
    )


def _customers_who_come(
    customers: Customers, profile: Profile, clock: DayClock, rng: np.random.Generator
) -> Ints:
    age = clock.ordinal - customers.last_order
    rate = customers.rate * np.exp(-age / profile.customers.fading_days)
    come = rng.random(len(customers)) < -np.expm1(-rate)
    return rng.permutation(np.flatnonzero(come))


def _visitors_who_come(state: ShopState, count: int, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """``count`` different visitors, the recent ones more likely; and all the others in order."""
    pool = state.visitors
    count = min(count, len(pool))
    decay = state.profile.customers.visitor_memory_decay * state.scale
    age = np.arange(len(pool), 0, -1) / decay
    keys = rng.exponential(size=len(pool)) * np.exp(age)
    picked = np.zeros(len(pool), dtype=bool)
    picked[np.argsort(keys, kind="stable")[:count]] = True
    return rng.permutation(pool[picked]), pool[~picked]
