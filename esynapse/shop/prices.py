"""Promotions and changes of regular prices, planned ahead, and the price board they give.

Promotions run over whole days of the shop's zone. What starts on a date is planned
``PLANNED_AHEAD`` days before, so that a session that crosses midnight knows tomorrow's prices.
"""

from dataclasses import dataclass

import numpy as np

from esynapse.shop.catalog import Catalog, charm_price
from esynapse.shop.columns import Bools, Columns, Floats, Ints
from esynapse.shop.profile import Profile
from esynapse.shop.streams import stream

PLANNED_AHEAD = 3
BOARD_DATES = 4
"""A UTC day and the next touch at most the shop's dates from one before to two after."""


@dataclass(frozen=True)
class Promotions(Columns):
    """One row per product and promotion."""

    number: Ints
    """Ordinal of the start date x 1000 + position; the rows of one campaign share it."""
    product: Ints
    start: Ints
    end: Ints
    """First and last date, ordinals, both included."""
    regular: Floats
    price: Floats


@dataclass(frozen=True)
class PriceChanges(Columns):
    """A product's regular price from a date (an ordinal) on."""

    product: Ints
    date: Ints
    old: Floats
    new: Floats


@dataclass(frozen=True)
class Prices:
    """Regular prices today, and what is planned."""

    regular: Floats
    rests_until: Ints
    """Per product: the first date on which another promotion may start."""
    promotions: Promotions
    changes: PriceChanges


@dataclass(frozen=True)
class PriceBoard:
    """Prices by shop's date (4 rows, see ``DayClock.date_row``) and product."""

    regular: Floats
    price: Floats

    @property
    def on_sale(self) -> Bools:
        return self.price < self.regular


def price_board(prices: Prices, ordinal: int) -> PriceBoard:
    """The board for UTC day ``ordinal``."""
    regular = np.repeat(prices.regular[None, :], BOARD_DATES, axis=0)
    dates = np.arange(ordinal - 1, ordinal - 1 + BOARD_DATES)
    for product, day, new in zip(
        prices.changes.product, prices.changes.date, prices.changes.new, strict=True
    ):
        regular[dates >= day, product] = new
    price = regular.copy()
    running = prices.promotions
    for row, day in enumerate(dates):
        now = running.take((running.start <= day) & (running.end >= day))
        price[row, now.product] = np.minimum(price[row, now.product], now.price)
    return PriceBoard(regular, price)


def plan_date(
    profile: Profile, catalog: Catalog, prices: Prices, *, seed: int, start: int
) -> tuple[Prices, Promotions, PriceChanges]:
    """Plan what starts on date ``start``: the prices with it, and the new rows alone."""
    policy = profile.promotions
    rng = stream(seed, start, "prices")
    free = prices.rests_until <= start
    lengths = (policy.days[0], policy.days[1] + 1)
    chosen, numbers, ends, depths = [], [], [], []
    if rng.random() < policy.campaign_chance:
        members = (catalog.category == rng.integers(len(profile.categories))) & free
        members &= rng.random(len(catalog)) < policy.campaign_share
        chosen.append(np.flatnonzero(members))
        numbers.append(np.zeros(len(chosen[0]), dtype=np.int64))
        ends.append(np.full(len(chosen[0]), start + rng.integers(*lengths) - 1))
        depths.append(np.full(len(chosen[0]), rng.choice(policy.depths)))
        free = free & ~members
    single = rng.permutation(np.flatnonzero(free))[: rng.poisson(policy.products_per_day)]
    chosen.append(single)
    numbers.append(np.arange(1, len(single) + 1))
    ends.append(start + rng.integers(*lengths, size=len(single)) - 1)
    depths.append(rng.choice(policy.depths, size=len(single)))
    product = np.concatenate(chosen)
    regular = _regular_on(prices, start)[product]
    wanted = regular * (1 - np.concatenate(depths))
    price = np.minimum(charm_price(wanted, rng.random(len(product))), np.round(regular * 0.95, 2))
    promotions = Promotions.make(
        len(product),
        number=start * 1000 + np.concatenate(numbers),
        product=product,
        start=start,
        end=np.concatenate(ends),
        regular=regular,
        price=np.maximum(price, 0.01),
    )
    rests = prices.rests_until.copy()
    rests[product] = promotions.end + 1 + policy.rest_days
    changes = _plan_changes(profile, prices, np.flatnonzero(rests <= start), start, rng)
    rests[changes.product] = start + policy.rest_days
    planned = Prices(
        prices.regular,
        rests,
        Promotions.concat([prices.promotions, promotions]),
        PriceChanges.concat([prices.changes, changes]),
    )
    return planned, promotions, changes


def settle(prices: Prices, ordinal: int) -> Prices:
    """The prices at the start of UTC day ``ordinal``, without what no date of it can need."""
    over = prices.changes.date < ordinal - 1
    regular = prices.regular.copy()
    regular[prices.changes.product[over]] = prices.changes.new[over]
    return Prices(
        regular,
        prices.rests_until,
        prices.promotions.take(prices.promotions.end >= ordinal - 1),
        prices.changes.take(~over),
    )


def _plan_changes(
    profile: Profile, prices: Prices, free: Ints, start: int, rng: np.random.Generator
) -> PriceChanges:
    policy = profile.promotions
    product = rng.permutation(free)[: rng.poisson(policy.price_changes_per_day)]
    old = _regular_on(prices, start)[product]
    sign = np.where(rng.random(len(product)) < policy.price_drop_share, -1, 1)
    wanted = old * (1 + sign * rng.choice(policy.price_change_depths, size=len(product)))
    new = charm_price(wanted, rng.random(len(product)))
    moved = new != old
    return PriceChanges.make(
        int(moved.sum()), product=product[moved], date=start, old=old[moved], new=new[moved]
    )


def _regular_on(prices: Prices, day: int) -> Floats:
    regular = prices.regular.copy()
    past = prices.changes.date <= day
    regular[prices.changes.product[past]] = prices.changes.new[past]
    return regular
