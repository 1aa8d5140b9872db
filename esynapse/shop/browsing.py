"""What sessions look at, and what they put into the cart or buy at once."""

from dataclasses import dataclass

import numpy as np

from esynapse.shop.appeal import Appeal
from esynapse.shop.arrivals import Visits
from esynapse.shop.clock import SECOND
from esynapse.shop.columns import Bools, Floats, Ints
from esynapse.shop.draws import (
    Words,
    draw,
    knots_table,
    lognormal_table,
    nth,
    pick,
    shares_table,
    unit32,
)
from esynapse.shop.people import zeal
from esynapse.shop.profile import Browsing, Profile

LONGEST_GAP = 29 * 60
"""Seconds; two events of a session are never 30 minutes apart."""
_STEPS = 8192


@dataclass(frozen=True)
class Shelf:
    """What visitors find: appeal by product, and how it and their readiness change by time."""

    appeal: Appeal
    row: Ints
    """Row of the appeal, per visit."""
    readiness: Floats
    """Of buying, per visit: by hour, weekday and who it is; about 1."""


@dataclass(frozen=True)
class Views:
    """Products looked at, by visit and in order; their times come later."""

    visit: Ints
    """Row of the visit."""
    first: Ints
    """Per visit: its first view."""
    count: Ints
    product: Ints
    words: Words
    """Of the second set of decisions about a view: its high 32 bits are the chance of a line."""
    gap: Ints
    """Microseconds since the event before."""


@dataclass(frozen=True)
class Picks:
    """Views that make a line: at most one per visit and product."""

    view: Ints
    visit: Ints
    product: Ints
    key: Words
    carted: Bools
    """Put into the cart; otherwise bought at once."""


def browse(visits: Visits, profile: Profile, shelf: Shelf) -> Views:
    """The views of ``visits``."""
    browsing = profile.browsing
    count = pick(knots_table(browsing.views), draw(visits.key, "views"))
    first = np.cumsum(count) - count
    total = int(count.sum())
    visit = np.repeat(np.arange(len(visits)), count)
    position = np.arange(total) - first[visit]
    words = nth(visits.key[visit], position)
    entry = _entries(visits, browsing, shelf)
    product = _products(words, visit, first, entry, browsing, shelf)
    second = draw(words, "second")
    return Views(visit, first, count, product, second, gaps(browsing, words, second))


def gaps(browsing: Browsing, words: Words, jitter: Words) -> Ints:
    """Microseconds between two events of a session."""
    seconds = lognormal_table(
        browsing.gap_median * SECOND, browsing.gap_log_sd, least=SECOND, most=LONGEST_GAP * SECOND
    )
    gap: Ints = pick(seconds, words)
    gap -= ((jitter & np.uint64(0xFFFF)) * np.uint64(7)).astype(np.int64)
    return gap


def picks(views: Views, visits: Visits, profile: Profile, shelf: Shelf) -> Picks:
    """The views that end in the cart or in a purchase."""
    funnel, appeal = profile.funnel, shelf.appeal
    readiness = zeal(profile.people, visits.person)
    readiness[visits.bought] *= profile.people.eagerness
    cell = (shelf.row * appeal.products)[views.visit] + views.product
    chance = appeal.carts[cell] * readiness[views.visit]
    luck = unit32(views.words, 32)
    uses_cart = visits.aim >= 0
    uses_cart |= unit32(draw(visits.person, "uses a cart"), 32) >= funnel.buys_without_cart
    per_view = np.where(uses_cart, funnel.cart_per_view, funnel.buy_now_per_view * shelf.readiness)
    if funnel.buys_without_cart:
        chance *= np.where(uses_cart[views.visit], 1.0, appeal.purchases[cell])
    chosen = luck < chance * per_view[views.visit]
    chosen[views.first[visits.aim >= 0]] = True
    view = np.flatnonzero(chosen)
    visit, product = views.visit[view], views.product[view]
    _, kept = np.unique(visit * appeal.products + product, return_index=True)
    view = view[np.sort(kept)]
    return Picks(
        view=view,
        visit=views.visit[view],
        product=views.product[view],
        key=draw(views.words[view], "line"),
        carted=uses_cart[views.visit[view]],
    )


def _entries(visits: Visits, browsing: Browsing, shelf: Shelf) -> Ints:
    """The first product of each visit: its aim, one of the favourite category, or any."""
    appeal = shelf.appeal
    words = draw(visits.key, "entry")
    favourite = pick(shares_table(appeal.favourites), draw(visits.person, "favourite"))
    loyal = unit32(words) < browsing.favourite_category
    bounds = appeal.category_slots
    low = np.where(loyal, bounds[shelf.row, favourite], 0)
    high = np.where(loyal, bounds[shelf.row, favourite + 1], bounds[0, -1])
    entry = appeal.draw(shelf.row, low, high, words)
    return np.where(visits.aim >= 0, visits.aim, entry)


def _products(
    words: Words, visit: Ints, first: Ints, entry: Ints, browsing: Browsing, shelf: Shelf
) -> Ints:
    """The product of every view: the one before, one of the first one's category, or any."""
    appeal = shelf.appeal
    kind = appeal.category_of[entry]
    bounds = appeal.category_slots
    way = ((words >> np.uint64(13)) & np.uint64(_STEPS - 1)).astype(np.int64)
    again = way < browsing.same_product * _STEPS
    similar = way < (1 - (1 - browsing.same_product) * (1 - browsing.same_category)) * _STEPS
    low = np.where(similar, bounds[shelf.row, kind][visit], 0)
    high = np.where(similar, bounds[shelf.row, kind + 1][visit], bounds[0, -1])
    product = appeal.draw(shelf.row[visit], low, high, words)
    product[first] = entry
    again[first] = False
    source = np.arange(len(visit))
    source[again] = 0
    source = np.maximum.accumulate(source)
    return product[source]
