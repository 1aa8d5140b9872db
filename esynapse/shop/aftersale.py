"""What follows an order: units sent back, and reviews. Both carry the order's session."""

import math

import numpy as np

from esynapse.events import EVENT_TYPES
from esynapse.shop.catalog import Catalog
from esynapse.shop.clock import SECOND
from esynapse.shop.columns import Bools, Ints
from esynapse.shop.profile import Profile
from esynapse.shop.state import EventRows
from esynapse.shop.streams import lognormal_integers

_DAY = 86_400
_SOONEST = 6 * 3600
"""Seconds; nothing is sent back or reviewed sooner."""


def after_sale(
    purchases: EventRows, profile: Profile, catalog: Catalog, rng: np.random.Generator
) -> EventRows:
    """Refunds and reviews to come of ``purchases``.

    A refund is for some or all units of a line, at the unit price paid. A review's price is that of
    its own moment and is filled then.
    """
    figures, n = profile.aftersale, len(purchases)
    comes_back = rng.random(n) < catalog.return_propensity[purchases.product]
    units = np.where(
        rng.random(n) < 0.75, purchases.quantity, rng.integers(1, purchases.quantity + 1)
    )
    refund_delay = _delay(figures.refund_days_median, figures.refund_days_log_sd, n, rng)
    refunds = EventRows(
        **purchases.arrays()
        | {
            "time": purchases.time + refund_delay,
            "kind": np.full(n, EVENT_TYPES.index("refund"), dtype=np.int8),
            "quantity": units,
        }
    ).take(comes_back)
    writes = rng.random(n) < figures.review_rate
    review_delay = _delay(figures.review_days_median, figures.review_days_log_sd, n, rng)
    reviews = EventRows(
        **purchases.arrays()
        | {
            "time": purchases.time + review_delay,
            "kind": np.full(n, EVENT_TYPES.index("review"), dtype=np.int8),
            "quantity": np.zeros(n, dtype=np.int64),
            "rating": _stars(purchases.product, comes_back, profile, catalog, rng),
        }
    ).take(writes)
    return EventRows.concat([refunds, reviews])


def _delay(days: float, log_sd: float, size: int, rng: np.random.Generator) -> Ints:
    seconds = lognormal_integers(
        rng, size, log_mean=math.log(days), log_sd=log_sd, unit=_DAY, least=_SOONEST
    )
    return seconds * SECOND + rng.integers(0, 60 * SECOND, size=size)


def _stars(
    product: Ints, refunded: Bools, profile: Profile, catalog: Catalog, rng: np.random.Generator
) -> Ints:
    figures = profile.aftersale
    feeling = figures.rating_mean + figures.rating_per_quality * catalog.quality[product]
    feeling += np.where(refunded, figures.rating_if_refunded, 0.0)
    feeling += figures.rating_noise * rng.standard_normal(len(product))
    return np.clip(np.round(feeling), 1, 5).astype(np.int64)
