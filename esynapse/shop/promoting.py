"""What is planned: promotions of products, categories and the shop, flash sales, price changes."""

from collections.abc import Sequence
from datetime import date

import numpy as np

from esynapse.shop.catalog import Catalog, charm_price
from esynapse.shop.columns import Bools, Floats, Ints
from esynapse.shop.prices import (
    CATEGORY,
    FLASH,
    PRODUCT,
    SHOP,
    PriceChanges,
    Prices,
    PriceTags,
    Promotions,
    regular_on,
)
from esynapse.shop.profile import Profile
from esynapse.shop.seasons import first_day
from esynapse.shop.streams import stream

_LARGEST_UPLIFT = 3.0
"""A promotion pulls demand forward by what it added, up to so many times the usual demand."""


def plan_date(
    profile: Profile, catalog: Catalog, prices: Prices, *, seed: int, start: int
) -> tuple[Prices, Promotions, PriceChanges]:
    """Plan what starts on date ``start``: the prices with it, and the new rows alone."""
    rng = stream(seed, start, "prices")
    free = (prices.tags.rests_until <= start) & (catalog.launched <= start)
    regular = regular_on(prices, start)
    parts = []
    for members, end, depths, kind, hours in _occasions(profile, catalog, free, start, rng):
        parts.append(_promotions(members, regular, start, end, depths, kind, hours, rng))
        free[members] = False
    promotions = _numbered(Promotions.concat(parts), start)
    tags = _promoted(profile, catalog, prices, promotions)
    changes = _plan_changes(profile, regular, np.flatnonzero(free), start, rng)
    tags.rests_until[changes.product] = start + profile.promotions.rest_days
    planned = Prices(
        tags,
        Promotions.concat([prices.promotions, promotions]),
        PriceChanges.concat([prices.changes, changes]),
    )
    return planned, promotions, changes


Occasion = tuple[Ints, Ints | int, Sequence[float], int, tuple[int, int]]
"""Products, last date, depths to choose from, kind, hours of the day."""


def _occasions(
    profile: Profile, catalog: Catalog, free: Bools, start: int, rng: np.random.Generator
) -> list[Occasion]:
    policy, size = profile.promotions, len(catalog)
    whole_day = (0, 24)
    shortest, longest = policy.days
    occasions: list[Occasion] = []
    for campaign in profile.campaigns:
        if start in (first_day(campaign, year) for year in _years(start)):
            chosen = np.flatnonzero(
                (rng.random(size) < campaign.share) & (catalog.launched <= start)
            )
            last = start + campaign.days - 1
            occasions.append((chosen, last, campaign.depths, SHOP, whole_day))
            free[chosen] = False
    kinds = len(profile.assortment.categories)
    if rng.random() < policy.category_chance:
        chosen = catalog.category == rng.integers(kinds)
        chosen = np.flatnonzero(chosen & free & (rng.random(size) < policy.category_share))
        last = start + int(rng.integers(shortest, longest + 1)) - 1
        occasions.append((chosen, last, (float(rng.choice(policy.depths)),), CATEGORY, whole_day))
        free[chosen] = False
    if rng.random() < policy.flash_chance:
        chosen = catalog.category == rng.integers(kinds)
        chosen = np.flatnonzero(chosen & free & (rng.random(size) < policy.flash_share))
        occasions.append((chosen, start, policy.flash_depths, FLASH, policy.flash_hours))
        free[chosen] = False
    single = rng.permutation(np.flatnonzero(free))
    single = single[: rng.poisson(policy.products_per_day * size / 1000)]
    ends = start + rng.integers(shortest, longest + 1, size=len(single)) - 1
    occasions.append((single, ends, policy.depths, PRODUCT, whole_day))
    return occasions


def _years(ordinal: int) -> tuple[int, int]:
    """The year of a date, and the one before, from which a campaign may last."""
    year = date.fromordinal(ordinal).year
    return year - 1, year


def _promotions(
    product: Ints,
    regular: Floats,
    start: int,
    end: Ints | int,
    depths: Sequence[float],
    kind: int,
    hours: tuple[int, int],
    rng: np.random.Generator,
) -> Promotions:
    before = regular[product]
    wanted = before * (1 - rng.choice(depths, size=len(product)))
    price = np.minimum(charm_price(wanted, rng.random(len(product))), np.round(before * 0.95, 2))
    return Promotions.make(
        len(product),
        number=0 if kind != PRODUCT else np.arange(len(product)),
        kind=kind,
        product=product,
        start=start,
        end=end,
        from_hour=hours[0],
        to_hour=hours[1],
        regular=before,
        price=np.maximum(price, 0.01),
    )


def _numbered(promotions: Promotions, start: int) -> Promotions:
    """Numbers: those of one kind but single products share one."""
    single = promotions.kind == PRODUCT
    position = np.where(single, 10 + promotions.number, promotions.kind)
    return promotions.with_columns(number=start * 10_000_000 + position)


def _promoted(profile: Profile, catalog: Catalog, prices: Prices, new: Promotions) -> PriceTags:
    funnel, product = profile.funnel, new.product
    log_ratio = np.log(new.price / new.regular)
    uplift = np.minimum(np.expm1(catalog.elasticity[product] * log_ratio), _LARGEST_UPLIFT)
    share_of_day = (new.to_hour - new.from_hour) / 24
    tags = prices.tags
    rests, until, pulled = (
        tags.rests_until.copy(),
        tags.promoted_until.copy(),
        tags.pulled.copy(),
    )
    rests[product] = np.maximum(rests[product], new.end + 1 + profile.promotions.rest_days)
    until[product] = new.end
    pulled[product] = funnel.pull_forward * uplift * share_of_day
    return tags.with_columns(rests_until=rests, promoted_until=until, pulled=pulled)


def _plan_changes(
    profile: Profile, regular: Floats, free: Ints, start: int, rng: np.random.Generator
) -> PriceChanges:
    policy = profile.promotions
    count = rng.poisson(policy.price_changes_per_day * len(regular) / 1000)
    product = rng.permutation(free)[:count]
    old = regular[product]
    sign = np.where(rng.random(len(product)) < policy.price_drop_share, -1, 1)
    wanted = old * (1 + sign * rng.choice(policy.price_change_depths, size=len(product)))
    new = charm_price(wanted, rng.random(len(product)))
    moved = new != old
    return PriceChanges.make(
        int(moved.sum()), product=product[moved], date=start, old=old[moved], new=new[moved]
    )
