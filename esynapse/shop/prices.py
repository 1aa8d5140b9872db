"""Promotions and changes of regular prices, planned ahead, and the price board they give.

Promotions run over whole days of the shop's zone; a flash sale over some hours of one. What starts
on a date is planned ``PLANNED_AHEAD`` days before, so that a session that crosses midnight knows
tomorrow's prices.
"""

from dataclasses import dataclass

import numpy as np

from esynapse.shop.clock import DayClock
from esynapse.shop.columns import Bools, Columns, Floats, Ints

PLANNED_AHEAD = 3
PRODUCT, CATEGORY, SHOP, FLASH = range(4)
PROMOTION_KINDS = ("product", "category", "shop", "flash")


@dataclass(frozen=True)
class Promotions(Columns):
    """One row per product and promotion."""

    number: Ints
    """Ordinal of the start date x 10,000,000 + position; the rows of one promotion share it."""
    kind: Ints
    product: Ints
    start: Ints
    end: Ints
    """First and last date, ordinals, both included."""
    from_hour: Ints
    to_hour: Ints
    """Of the shop's day: 0 and 24 but for a flash sale."""
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
class PriceTags(Columns):
    """One row per product."""

    regular: Floats
    """Regular price today."""
    rests_until: Ints
    """The first date on which another promotion may start."""
    promoted_until: Ints
    """Last date of the newest promotion planned; 0: there was none."""
    pulled: Floats
    """What that promotion takes from the demand of the days after it, as a share."""


@dataclass(frozen=True)
class Prices:
    """Prices today, and what is planned."""

    tags: PriceTags
    promotions: Promotions
    changes: PriceChanges


@dataclass(frozen=True)
class PriceBoard:
    """Prices by stretch of time without a change (row) and product."""

    row_of_bin: Ints
    """Row of each quarter hour of the two UTC days (192)."""
    date: Ints
    """Shop's date of each row."""
    regular: Floats
    price: Floats

    @property
    def on_sale(self) -> Bools:
        return self.price < self.regular


def price_board(prices: Prices, clock: DayClock) -> PriceBoard:
    """The board of the UTC day and the one after it."""
    promotions = prices.promotions
    edges = np.unique(np.concatenate([promotions.from_hour, promotions.to_hour]))
    stretch = clock.local_date * 100 + np.searchsorted(edges, clock.local_hour)
    _, first, row_of_bin = np.unique(stretch, return_index=True, return_inverse=True)
    dates, hours = clock.local_date[first], clock.local_hour[first]
    regular = np.stack([regular_on(prices, int(day)) for day in dates])
    price = regular.copy()
    for row, (day, hour) in enumerate(zip(dates, hours, strict=True)):
        runs = (promotions.start <= day) & (promotions.end >= day)
        runs &= (promotions.from_hour <= hour) & (promotions.to_hour > hour)
        np.minimum.at(price[row], promotions.product[runs], promotions.price[runs])
    return PriceBoard(row_of_bin, dates, regular, price)


def regular_on(prices: Prices, day: int) -> Floats:
    """The regular prices on a date that is not before today."""
    regular = prices.tags.regular.copy()
    past = prices.changes.date <= day
    regular[prices.changes.product[past]] = prices.changes.new[past]
    return regular


def settle(prices: Prices, ordinal: int) -> Prices:
    """The prices at the start of UTC day ``ordinal``, without what no date of it can need."""
    over = prices.changes.date < ordinal - 1
    regular = prices.tags.regular.copy()
    regular[prices.changes.product[over]] = prices.changes.new[over]
    return Prices(
        prices.tags.with_columns(regular=regular),
        prices.promotions.take(prices.promotions.end >= ordinal - 1),
        prices.changes.take(~over),
    )
