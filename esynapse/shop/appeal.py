"""What popularity, age, season, price and luck make of demand, product by product."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from esynapse.shop.catalog import Catalog
from esynapse.shop.columns import Floats, Ints
from esynapse.shop.draws import Words
from esynapse.shop.prices import PriceBoard, Prices
from esynapse.shop.profile import Profile
from esynapse.shop.shocks import Shocks, view_factor


@dataclass(frozen=True)
class Appeal:
    """The appeal of every product in every row of the price board.

    Products are drawn from ``slots``: row after row, each product as often as its share of views
    says, those of one category together. The other tables are flat: row x products + product.
    """

    products: int
    slots: NDArray[np.int32]
    slot_bits: int
    """A row has 2 ** slot_bits slots."""
    category_of: Ints
    category_slots: Ints
    """First slot of each category, and the end; shape (rows, categories + 1)."""
    favourites: tuple[float, ...]
    """Share of views of each category, over the days: whose favourite it is."""
    carts: Floats
    """Multiplies the chance that a view ends in the cart; about 1."""
    purchases: Floats
    """Multiplies the chance that a cart is bought; about 1."""
    extra_units: Floats
    """Units of a line beyond the first, on average."""

    def draw(self, row: Ints, low: Ints, high: Ints, words: Words) -> Ints:
        """Products from the slots [low, high) of each row, by the 32 high bits of ``words``."""
        span = (high - low).astype(np.uint64)
        chosen = ((words >> np.uint64(32)) * span >> np.uint64(32)).astype(np.int64)
        chosen += low
        chosen += row << self.slot_bits
        return self.slots[chosen].astype(np.int64)


def appeal(
    profile: Profile, catalog: Catalog, prices: Prices, board: PriceBoard, shocks: Shocks
) -> Appeal:
    """The appeal on the dates of ``board``."""
    funnel, size = profile.funnel, len(catalog)
    log_ratio = np.log(board.price / catalog.price) * catalog.elasticity
    standing = np.stack(
        [
            catalog.popularity
            * catalog.views_by_age(int(day))
            * _season(profile, catalog, int(day))
            * view_factor(profile.shocks, shocks, int(day), size)
            for day in board.date
        ]
    )
    views = standing * np.exp(funnel.elasticity_of_views * log_ratio)
    bits = min(max(size.bit_length() + 7, 12), 24)
    slots, category_slots = _slots(views, catalog, bits)
    quality = np.exp(profile.catalog.quality_effect * catalog.quality)
    quality /= np.average(quality, weights=catalog.popularity)
    carts = quality * np.exp(funnel.elasticity_of_carts * log_ratio)
    carts *= 1 - _pulled(profile, prices, board)
    units = (1 + funnel.extra_units) * np.exp(funnel.elasticity_of_units * log_ratio) - 1
    totals = np.bincount(catalog.category, weights=catalog.popularity)
    return Appeal(
        products=size,
        slots=slots,
        slot_bits=bits,
        category_of=catalog.category,
        category_slots=category_slots,
        favourites=tuple(totals / totals.sum()),
        carts=carts.ravel(),
        purchases=np.exp(funnel.elasticity_of_purchases * log_ratio).ravel(),
        extra_units=np.maximum(units, 0).ravel(),
    )


def _season(profile: Profile, catalog: Catalog, ordinal: int) -> Floats:
    kinds = profile.assortment.categories
    angle = [2 * np.pi * (ordinal - 1 - kind.peak) / 365.25 for kind in kinds]
    swing: Floats = 1 + np.array([kind.season for kind in kinds]) * np.cos(angle)
    return swing[catalog.category]


def _pulled(profile: Profile, prices: Prices, board: PriceBoard) -> Floats:
    """Share of each day's demand that an earlier promotion has taken."""
    tags = prices.tags
    after = board.date[:, None] - tags.promoted_until
    ended = (after > 0) & (tags.promoted_until > 0)
    fade = np.exp(-np.maximum(after, 0) / profile.funnel.pull_forward_days)
    return np.where(ended, tags.pulled * fade, 0.0)


def _slots(views: Floats, catalog: Catalog, bits: int) -> tuple[NDArray[np.int32], Ints]:
    order = catalog.by_category.astype(np.int32)
    run = np.cumsum(views[:, order], axis=1)
    bounds = np.round(run / run[:, -1:] * 2**bits).astype(np.int64)
    counts = np.diff(bounds, axis=1, prepend=0)
    slots = np.concatenate([np.repeat(order, row) for row in counts])
    edges = np.concatenate([np.zeros((len(bounds), 1), dtype=np.int64), bounds], axis=1)
    return slots, edges[:, catalog.category_bounds]
