"""The lines of carts and orders: what shoppers mean to do, and when.

What comes of it depends on stock, which is settled when each moment comes
(:mod:`esynapse.shop.settling`).
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from esynapse.shop.arrivals import CartReturns, Visits
from esynapse.shop.browsing import LONGEST_GAP, Picks, Shelf, Views, gaps
from esynapse.shop.clock import HOUR, NEVER, SECOND
from esynapse.shop.columns import Columns, Floats, Ints
from esynapse.shop.deciding import Plan, decide, leave_after_paying
from esynapse.shop.draws import Words, draw, lognormal_table, pick, unit, unit32
from esynapse.shop.profile import Browsing, Profile


@dataclass(frozen=True)
class Lines(Columns):
    """One product in one session; instants are NEVER where it does not happen."""

    user: Ints
    session: Ints
    product: Ints
    quantity: Ints
    viewed: Ints
    """Of a substitute: when it is looked at. Other views are events already."""
    carted: Ints
    """NEVER also where it is bought without a cart."""
    added: Ints
    """When one unit more is put into the cart."""
    removed: Ints
    checkout: Ints
    """Of the session."""
    bought: Ints
    substitute: Ints
    """Product to turn to if this one cannot be put into the cart; -1: none."""
    substitute_viewed: Ints
    substitute_carted: Ints


class Intents(NamedTuple):
    """What the visits of a stretch of time mean to do."""

    views: Views
    view_times: Ints
    lines: Lines
    returns: CartReturns


def intend(visits: Visits, views: Views, chosen: Picks, profile: Profile, shelf: Shelf) -> Intents:
    """Lines with the times at which everything is meant to happen."""
    plan = decide(visits, chosen, profile, shelf)
    if profile.funnel.leaves_after_paying:
        views, chosen, plan = leave_after_paying(visits, views, chosen, plan, profile)
    browsing, n = profile.browsing, len(chosen.view)
    added = chosen.carted & (unit32(draw(chosen.key, "again"), 32) < profile.funnel.add_again)
    to_cart = np.where(chosen.carted, _gap(browsing, chosen.key, "to cart"), 0)
    to_add = np.where(added, _gap(browsing, chosen.key, "to add"), 0)
    to_pay = np.where(plan.now, paying(browsing, draw(chosen.key, "to pay")), 0)
    times, last = _times(visits, views, chosen, to_cart + to_add + to_pay)
    viewed = times[chosen.view]
    carted = np.where(chosen.carted, viewed + to_cart, NEVER)
    removed = np.full(n, NEVER)
    out = np.flatnonzero(plan.removed)
    removed[out] = last[chosen.visit[out]] + _gap(browsing, chosen.key[out], "to remove")
    np.maximum.at(last, chosen.visit[out], removed[out])

    to_checkout = _gap(browsing, visits.key, "to check out")
    checkout = np.where(plan.begins, last + to_checkout, NEVER)
    bought = np.where(plan.pays, checkout + paying(browsing, draw(visits.key, "to pay")), NEVER)
    left = np.where(plan.begins, checkout, last)
    at_end = plan.kept & ~plan.now
    lines = Lines.make(
        n,
        user=visits.user[chosen.visit],
        session=visits.session[chosen.visit],
        product=chosen.product,
        quantity=_units(chosen, shelf) + added,
        viewed=NEVER,
        carted=carted,
        added=np.where(added, viewed + to_cart + to_add, NEVER),
        removed=removed,
        checkout=np.where(at_end, checkout[chosen.visit], NEVER),
        bought=np.where(
            plan.now,
            viewed + to_cart + to_add + to_pay,
            np.where(at_end, bought[chosen.visit], NEVER),
        ),
        substitute=-1,
        substitute_viewed=NEVER,
        substitute_carted=NEVER,
    )
    lines = _with_substitutes(lines, chosen, profile, shelf)
    return Intents(views, times, lines, _returns(visits, chosen, plan, left, profile))


def paying(browsing: Browsing, words: Words) -> Ints:
    """Microseconds from the decision to pay to the purchase."""
    table = lognormal_table(
        browsing.checkout_gap_median * SECOND,
        browsing.checkout_gap_log_sd,
        least=5 * SECOND,
        most=LONGEST_GAP * SECOND,
    )
    return pick(table, words) - (words >> np.uint64(48)).astype(np.int64)


def _times(visits: Visits, views: Views, chosen: Picks, pause: Ints) -> tuple[Ints, Ints]:
    """The instant of every view, and of each visit's newest event; views wait for the lines."""
    step = views.gap
    last_line = len(step) - 1
    after = chosen.view[chosen.view < last_line] + 1
    step[after] += pause[chosen.view < last_line]
    run = np.cumsum(step)
    times = run + (visits.start - run[views.first])[views.visit]
    last = times[views.first + views.count - 1]
    held = np.zeros(len(step), dtype=np.int64)
    held[chosen.view] = pause
    return times, last + held[views.first + views.count - 1]


def _gap(browsing: Browsing, key: Words, purpose: str) -> Ints:
    words = draw(key, purpose)
    return gaps(browsing, words, words >> np.uint64(32))


def _units(chosen: Picks, shelf: Shelf) -> Ints:
    """1 and a geometric number of further units."""
    cell = (shelf.row * shelf.appeal.products)[chosen.visit] + chosen.product
    mean = shelf.appeal.extra_units[cell]
    luck = 1 - unit(draw(chosen.key, "units"))
    with np.errstate(divide="ignore"):
        extra = np.floor(np.log(luck) / np.log(mean / (1 + mean)))
    units: Ints = 1 + np.minimum(extra, 20).astype(np.int64)
    return units


def _with_substitutes(lines: Lines, chosen: Picks, profile: Profile, shelf: Shelf) -> Lines:
    """For some lines in a cart, what the shopper turns to if it is sold out: a similar product,
    looked at and put into the cart before the session's checkout."""
    appeal, words = shelf.appeal, draw(chosen.key, "substitute")
    row, kind = shelf.row[chosen.visit], appeal.category_of[chosen.product]
    bounds = appeal.category_slots
    product = appeal.draw(row, bounds[row, kind], bounds[row, kind + 1], words)
    turns = chosen.carted & (unit32(draw(words, "turns"), 32) < profile.funnel.substitute)
    code = chosen.visit * appeal.products + product
    turns &= ~np.isin(code, chosen.visit * appeal.products + chosen.product)
    _, first = np.unique(code, return_index=True)
    only = np.zeros(len(lines), dtype=bool)
    only[first] = True
    turns &= only
    look = _gap(profile.browsing, chosen.key, "to substitute")
    put = _gap(profile.browsing, chosen.key, "substitute to cart")
    room = np.minimum(lines.checkout, lines.bought)
    room = np.where(room == NEVER, look + put, (room - lines.carted) * 9 // 10)
    squeeze = np.minimum(1.0, room / (look + put))
    look = (look * squeeze).astype(np.int64)
    put = (put * squeeze).astype(np.int64)
    turns &= (look > 0) & (put > 0)
    return lines.with_columns(
        substitute=np.where(turns, product, -1),
        substitute_viewed=np.where(turns, lines.carted + look, NEVER),
        substitute_carted=np.where(turns, lines.carted + look + put, NEVER),
    )


def _returns(
    visits: Visits, chosen: Picks, plan: Plan, left: Ints, profile: Profile
) -> CartReturns:
    """Some owners of unpaid carts come back for the first thing in it, hours or days later."""
    funnel = profile.funnel
    line = np.flatnonzero(plan.kept & ~plan.now)
    owner, first = np.unique(chosen.visit[line], return_index=True)
    line = line[first]
    comes = ~plan.pays[owner] & (visits.aim[owner] < 0)
    comes &= unit(draw(visits.key[owner], "comes back")) < funnel.cart_return
    owner, line = owner[comes], line[comes]
    hours = lognormal_table(
        funnel.cart_return_hours_median * HOUR,
        funnel.cart_return_hours_log_sd,
        least=HOUR,
        most=60 * 24 * HOUR,
    )
    words = draw(visits.key[owner], "return")
    jitter = (words >> np.uint64(36)).astype(np.int64)
    return CartReturns(
        time=left[owner] + pick(hours, words) + jitter,
        user=visits.user[owner],
        session=visits.session[owner],
        product=chosen.product[line],
        bought=visits.bought[owner],
    )


def readiness_of(visits: Visits, profile: Profile, buying: Floats) -> Floats:
    """How readily each visitor buys; ``buying`` is the factor of its quarter hour."""
    return np.where(visits.bought, buying * profile.people.commitment, buying)
