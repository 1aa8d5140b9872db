"""What sessions look at and put into carts, and when."""

import math
from dataclasses import dataclass

import numpy as np

from esynapse.shop.catalog import Catalog
from esynapse.shop.clock import SECOND, DayClock
from esynapse.shop.columns import Columns, Floats, Ints
from esynapse.shop.demand import Visits
from esynapse.shop.prices import PriceBoard
from esynapse.shop.profile import Browsing, Profile
from esynapse.shop.streams import lognormal_integers

LONGEST_GAP = 29 * 60
"""Seconds; two events of a session are never 30 minutes apart."""


@dataclass(frozen=True)
class Views(Columns):
    """Products looked at, by session and time."""

    time: Ints
    visit: Ints
    """Row of the visit."""
    product: Ints


@dataclass(frozen=True)
class CartLines(Columns):
    """Products put into a cart: at most one line per session and product."""

    time: Ints
    visit: Ints
    product: Ints
    quantity: Ints


@dataclass(frozen=True)
class Appeal:
    """What price and quality do to demand, by shop's date (4) and product."""

    views: Floats
    """Share of views, summed up over products and dates: row r runs from r to r + 1."""
    carts: Floats
    """Multiplies the chance that a view ends in the cart."""
    purchases: Floats
    """Multiplies the chance that a cart is bought."""


def appeal(profile: Profile, catalog: Catalog, board: PriceBoard) -> Appeal:
    """The appeal of every product; 1 at the opening day's price and average quality."""
    log_ratio = np.log(board.price / catalog.price) * catalog.elasticity
    funnel = profile.funnel
    weight = catalog.popularity * np.exp(funnel.elasticity_of_views * log_ratio)
    share = np.cumsum(weight, axis=1)
    share /= share[:, -1:]
    quality = np.exp(profile.catalog.quality_effect * catalog.quality)
    quality /= catalog.popularity @ quality
    return Appeal(
        views=share + np.arange(len(share))[:, None],
        carts=quality * np.exp(funnel.elasticity_of_carts * log_ratio),
        purchases=np.exp(funnel.elasticity_of_purchases * log_ratio),
    )


def gaps(browsing: Browsing, size: int, rng: np.random.Generator) -> Ints:
    """Microseconds between two events of a session."""
    seconds = lognormal_integers(
        rng,
        size,
        log_mean=math.log(browsing.gap_median),
        log_sd=browsing.gap_log_sd,
        least=1,
        most=LONGEST_GAP,
    )
    return seconds * SECOND - rng.integers(0, SECOND // 2, size=size)


def browse(
    visits: Visits,
    profile: Profile,
    catalog: Catalog,
    draw: Appeal,
    clock: DayClock,
    rng: np.random.Generator,
) -> tuple[Views, CartLines, Ints]:
    """Views and cart lines of ``visits``, and the instant of each visit's last event so far."""
    browsing = profile.browsing
    count = lognormal_integers(
        rng,
        len(visits),
        log_mean=browsing.views_log_mean,
        log_sd=browsing.views_log_sd,
        least=1,
        most=browsing.views_most,
    )
    first = np.cumsum(count) - count
    visit = np.repeat(np.arange(len(visits)), count)
    date = clock.date_row(visits.start)
    product = _products(visits, visit, first, date, browsing, catalog, draw, rng)
    chance = profile.funnel.cart_per_view * draw.carts[date[visit], product]
    carted = rng.random(len(visit)) < chance * visits.eagerness[visit]
    carted[first[visits.aim >= 0]] = True
    lines = np.flatnonzero(carted)
    _, keep = np.unique(visit[lines] * len(catalog) + product[lines], return_index=True)
    lines = lines[np.sort(keep)]
    time, pause = _times(visits.start, first, visit, lines, browsing, rng)
    last = first + count - 1
    return (
        Views(time, visit, product),
        CartLines(
            time=time[lines] + pause[lines],
            visit=visit[lines],
            product=product[lines],
            quantity=1 + rng.poisson(profile.funnel.extra_units, size=len(lines)),
        ),
        time[last] + pause[last],
    )


def _products(
    visits: Visits,
    visit: Ints,
    first: Ints,
    date: Ints,
    browsing: Browsing,
    catalog: Catalog,
    draw: Appeal,
    rng: np.random.Generator,
) -> Ints:
    """The product of every view: the one before, one of the first one's category, or any."""
    size = len(catalog)
    shares = draw.views.ravel()
    entry = np.searchsorted(shares, date + rng.random(len(visits)), side="right") - date * size
    entry = np.where(visits.aim >= 0, visits.aim, np.minimum(entry, size - 1))
    bounds = np.searchsorted(catalog.category, np.arange(catalog.category[-1] + 2))
    floor = np.concatenate([np.arange(len(draw.views))[:, None], draw.views], axis=1)
    low, high = floor[:, bounds[:-1]], floor[:, bounds[1:]]
    kind = catalog.category[entry]
    low, high = low[date, kind][visit], high[date, kind][visit]
    row = date[visit]
    anywhere = rng.random(len(visit)) >= browsing.same_category
    low, high = np.where(anywhere, row, low), np.where(anywhere, row + 1.0, high)
    point = low + (high - low) * rng.random(len(visit))
    product = np.searchsorted(shares, point, side="right") - row * size
    product = np.minimum(product, size - 1)
    product[first] = entry
    again = rng.random(len(visit)) < browsing.same_product
    again[first] = False
    source = np.maximum.accumulate(np.where(again, 0, np.arange(len(visit))))
    return np.asarray(product[source])


def _times(
    start: Ints,
    first: Ints,
    visit: Ints,
    lines: Ints,
    browsing: Browsing,
    rng: np.random.Generator,
) -> tuple[Ints, Ints]:
    """The instant of every view, and the pause until it is put into the cart (0: it is not)."""
    step = gaps(browsing, len(visit), rng)
    pause = np.zeros(len(visit), dtype=np.int64)
    pause[lines] = gaps(browsing, len(lines), rng)
    step[1:] += pause[:-1]
    run = np.cumsum(step)
    return start[visit] + run - run[first][visit], pause
