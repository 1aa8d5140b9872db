"""From cart to order: lines removed, checkouts begun, carts bought or left."""

import math
from dataclasses import dataclass

import numpy as np

from esynapse.shop.browsing import LONGEST_GAP, Appeal, CartLines, gaps
from esynapse.shop.clock import HOUR, SECOND, DayClock
from esynapse.shop.columns import Bools, Columns, Ints
from esynapse.shop.demand import Visits
from esynapse.shop.profile import Profile
from esynapse.shop.state import CartReturns
from esynapse.shop.streams import lognormal_integers

NEVER = np.iinfo(np.int64).max
"""An instant that does not come."""


@dataclass(frozen=True)
class Lines(Columns):
    """Cart lines with what becomes of them; instants are NEVER where it does not happen."""

    user: Ints
    session: Ints
    product: Ints
    quantity: Ints
    carted: Ints
    removed: Ints
    checkout: Ints
    """Of the session, for lines still in the cart then."""
    bought: Ints


def check_out(
    visits: Visits,
    cart: CartLines,
    last: Ints,
    profile: Profile,
    draw: Appeal,
    clock: DayClock,
    rng: np.random.Generator,
) -> tuple[Lines, CartReturns]:
    """The fate of every cart line, and who will come back for a cart left behind.

    Args:
        last: the instant of each visit's newest event.
    """
    funnel, n = profile.funnel, len(visits)
    removed = np.full(len(cart), NEVER)
    out = rng.random(len(cart)) < funnel.remove_from_cart
    removed[out] = last[cart.visit[out]] + gaps(profile.browsing, int(out.sum()), rng)
    last = last.copy()
    np.maximum.at(last, cart.visit[out], removed[out])

    kept = cart.visit[~out]
    lines = np.bincount(kept, minlength=n)
    date = clock.date_row(visits.start)
    pull = draw.purchases[date[kept], cart.product[~out]]
    pull = np.bincount(kept, weights=pull, minlength=n) / np.maximum(lines, 1)
    chance = funnel.buy_per_cart * pull * visits.commitment
    begins = (lines > 0) & (rng.random(n) < chance / funnel.checkout_completion)
    pays = begins & (rng.random(n) < funnel.checkout_completion)
    checkout = np.where(begins, last + gaps(profile.browsing, n, rng), NEVER)
    bought = np.where(pays, checkout + _paying(profile, n, rng), NEVER)
    fate = Lines(
        user=visits.user[cart.visit],
        session=visits.session[cart.visit],
        product=cart.product,
        quantity=cart.quantity,
        carted=cart.time,
        removed=removed,
        checkout=np.where(out, NEVER, checkout[cart.visit]),
        bought=np.where(out, NEVER, bought[cart.visit]),
    )
    left = np.where(begins, checkout, last)
    return fate, _returns(visits, cart.take(~out), pays, left, profile, rng)


def _paying(profile: Profile, size: int, rng: np.random.Generator) -> Ints:
    seconds = lognormal_integers(
        rng,
        size,
        log_mean=math.log(profile.browsing.checkout_gap_median),
        log_sd=profile.browsing.checkout_gap_log_sd,
        least=5,
        most=LONGEST_GAP,
    )
    return seconds * SECOND + rng.integers(0, SECOND, size=size)


def _returns(
    visits: Visits,
    kept: CartLines,
    pays: Bools,
    left: Ints,
    profile: Profile,
    rng: np.random.Generator,
) -> CartReturns:
    """Some owners of unpaid carts come back for the first thing in it, hours or days later."""
    funnel = profile.funnel
    owner, line = np.unique(kept.visit, return_index=True)
    product = kept.product[line[~pays[owner]]]
    owner = owner[~pays[owner]]
    seconds = lognormal_integers(
        rng,
        len(owner),
        log_mean=math.log(funnel.cart_return_hours_median),
        log_sd=funnel.cart_return_hours_log_sd,
        unit=3600,
        least=HOUR // SECOND,
    )
    time = left[owner] + seconds * SECOND + rng.integers(0, SECOND, size=len(owner))
    comes = rng.random(len(owner)) < funnel.cart_return
    return CartReturns(time, visits.user[owner], product).take(comes)
