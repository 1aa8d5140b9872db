"""The opening day: a shop that already has customers, visitors, stock, reviews and promotions."""

from datetime import date
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np

from esynapse.errors import EsynapseError
from esynapse.shop.catalog import Catalog, make_catalog
from esynapse.shop.columns import Floats
from esynapse.shop.inventory import opening_stock
from esynapse.shop.prices import PLANNED_AHEAD, PriceChanges, Prices, Promotions, plan_date, settle
from esynapse.shop.profile import CustomerHabits, Profile
from esynapse.shop.state import CartReturns, Customers, EventRows, Ratings, ShopState
from esynapse.shop.streams import stream

_REVIEWS_PER_PRODUCT = 60
"""Mean number of reviews that a product has when the shop opens."""


def open_shop(
    profile: Profile, *, seed: int, scale: float, opening_day: date, timezone: str = "UTC"
) -> ShopState:
    """The shop at the start of ``opening_day``, its first day to simulate.

    Args:
        scale: traffic relative to the profile's own.
        timezone: the shop's zone: its hours of the day, and the dates of its promotions.

    Raises:
        EsynapseError: a seed, scale or zone that cannot be.
    """
    if not 0 <= seed < 2**63:
        raise EsynapseError(f"seed: must be within 0 and 2**63 - 1 (got {seed})")
    if not 0 < scale <= 2000:
        raise EsynapseError(f"scale: must be above 0 and at most 2000 (got {scale})")
    try:
        ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise EsynapseError(
            f"timezone: {timezone!r} is no IANA time zone (for example Europe/Berlin)"
        ) from None
    catalog = make_catalog(profile, seed)
    first = opening_day.toordinal()
    prices = _prices(profile, catalog, first, seed)
    promoted = prices.promotions.product
    users = round(profile.customers.opening_customers * scale)
    memory = round(profile.customers.visitor_memory * scale)
    return ShopState(
        profile=profile,
        seed=seed,
        scale=scale,
        opening_day=opening_day,
        timezone=timezone,
        next_day=opening_day,
        next_user=users + memory,
        visitors=np.arange(users, users + memory, dtype=np.int64),
        customers=_customers(profile.customers, users, first, seed),
        returns=CartReturns.empty(),
        pending=EventRows.empty(),
        stock=opening_stock(profile, catalog, promoted, seed=seed, scale=scale),
        ratings=_ratings(profile, catalog, seed),
        prices=prices,
    )


def visit_rates(habits: CustomerHabits, size: int, rng: np.random.Generator) -> Floats:
    """How often each of ``size`` new customers comes back, in visits a day."""
    return rng.gamma(habits.visit_shape, habits.visits_per_day / habits.visit_shape, size=size)


def _customers(habits: CustomerHabits, size: int, first: int, seed: int) -> Customers:
    rng = stream(seed, 0, "opening customers")
    return Customers.make(
        size,
        user=np.arange(size),
        rate=visit_rates(habits, size, rng),
        last_order=first - rng.integers(1, habits.opening_days + 1, size=size),
    )


def _ratings(profile: Profile, catalog: Catalog, seed: int) -> Ratings:
    rng = stream(seed, 0, "opening reviews")
    count = rng.poisson(_REVIEWS_PER_PRODUCT * len(catalog) * catalog.popularity)
    figures = profile.aftersale
    mean = np.clip(figures.rating_mean + figures.rating_per_quality * catalog.quality, 1.2, 4.8)
    extra = rng.binomial(4 * count, (mean - 1) / 4)
    return Ratings(count=count, total=count + extra)


def _prices(profile: Profile, catalog: Catalog, first: int, seed: int) -> Prices:
    """Prices at the opening, with the promotions of the weeks before that still run."""
    prices = Prices(
        regular=catalog.price,
        rests_until=np.zeros(len(catalog), dtype=np.int64),
        promotions=Promotions.empty(),
        changes=PriceChanges.empty(),
    )
    for start in range(first - profile.promotions.days[1], first + PLANNED_AHEAD):
        prices, _, changes = plan_date(profile, catalog, prices, seed=seed, start=start)
        if start < first:
            prices = Prices(
                prices.regular,
                prices.rests_until,
                prices.promotions,
                prices.changes.take(slice(0, len(prices.changes) - len(changes))),
            )
    return settle(prices, first)
