"""What follows an order: units sent back, and reviews. Both carry the order's session."""

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit

from esynapse.shop.catalog import Catalog
from esynapse.shop.clock import DAY, HOUR
from esynapse.shop.columns import Bools, Columns, Floats, Ints, SmallInts
from esynapse.shop.draws import Words, below, draw, keys, lognormal_table, nth, pick, unit
from esynapse.shop.profile import AfterSale, Profile
from esynapse.shop.rows import KIND, EventRows
from esynapse.shop.streams import stream

_SOONEST = 6 * HOUR
"""Nothing is sent back or reviewed sooner."""
_LATEST = 2 * 366 * DAY


@dataclass(frozen=True)
class Ratings(Columns):
    """One row per product: reviews so far."""

    count: Ints
    total: Ints


def after_sale(
    sold: EventRows, profile: Profile, catalog: Catalog, fault: Floats, seed: int
) -> EventRows:
    """Refunds and reviews to come of the purchases ``sold``, whose price paid is filled in.

    A refund is for some or all units of a line, at the unit price paid.

    Args:
        fault: multiplies each product's chance to come back.
    """
    figures, product = profile.aftersale, sold.product
    key = nth(keys(seed, "sale", sold.session), product)
    chance = np.minimum(catalog.return_propensity[product] * fault[product], 0.95)
    comes_back = unit(draw(key, "refund")) < chance
    part = draw(key, "part")
    units = np.where(
        unit(part) < figures.partial_refund,
        1 + below(draw(part, "units"), sold.quantity.astype(np.int64)),
        sold.quantity,
    )
    refunds = sold.with_columns(
        time=sold.time
        + _delay(figures.refund_days_median, figures.refund_days_log_sd, key, "back"),
        kind=np.full(len(sold), KIND["refund"]),
        quantity=units.astype(np.int32),
    ).take(comes_back)
    writes = unit(draw(key, "review")) < figures.review_rate
    stars = _stars(figures, catalog.quality[product], comes_back, unit(draw(key, "stars")))
    none = np.zeros(len(sold))
    reviews = sold.with_columns(
        time=sold.time + _delay(figures.review_days_median, figures.review_days_log_sd, key, "pen"),
        kind=np.full(len(sold), KIND["review"]),
        quantity=none.astype(np.int32),
        rating=stars.astype(np.int32),
        paid=none,
        on_sale=none.astype(bool),
    ).take(writes)
    return EventRows.concat([refunds, reviews])


def opening_ratings(profile: Profile, catalog: Catalog, seed: int) -> Ratings:
    """The reviews that products have when the shop opens, as many as their popularity says."""
    rng = stream(seed, 0, "opening reviews")
    figures = profile.aftersale
    count = rng.poisson(figures.opening_reviews * catalog.popularity)
    kept, sent_back = (
        np.diff(_at_most(figures, catalog.quality, np.full(len(catalog), refunded)))
        @ np.arange(1, 6)
        for refunded in (False, True)
    )
    mean = kept + catalog.return_propensity * (sent_back - kept)
    total = np.clip(np.round(count * mean), count, 5 * count)
    return Ratings(count=count, total=total.astype(np.int64))


def add_reviews(ratings: Ratings, product: Ints, rating: SmallInts) -> Ratings:
    """The ratings with further reviews."""
    size = len(ratings)
    total = np.bincount(product, weights=rating, minlength=size).astype(np.int64)
    return Ratings(ratings.count + np.bincount(product, minlength=size), ratings.total + total)


def _delay(days: float, log_sd: float, key: Words, purpose: str) -> Ints:
    words = draw(key, purpose)
    delay = pick(lognormal_table(days * DAY, log_sd, least=_SOONEST, most=_LATEST), words)
    return delay + (words >> np.uint64(36)).astype(np.int64)


def _stars(figures: AfterSale, quality: Floats, refunded: Bools, luck: Floats) -> Ints:
    limits = _at_most(figures, quality, refunded)
    stars: Ints = (luck[:, None] >= limits[:, :5]).sum(axis=1)
    return stars


def _at_most(figures: AfterSale, quality: Floats, refunded: Bools) -> Floats:
    """Share of ratings of at most 0 to 5 stars (columns): an ordered logit around the profile's."""
    within = np.cumsum(figures.stars)[:4] / math.fsum(figures.stars)
    shift = figures.stars_per_quality * quality + np.where(refunded, figures.stars_if_refunded, 0)
    inner = expit(logit(within) - shift[:, None])
    edge = np.ones((len(quality), 1))
    return np.hstack([0 * edge, inner, edge])
