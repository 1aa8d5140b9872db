"""Who comes back: regulars, what sets them apart, how they join and how they are lost.

A person is a number; traits are draws on it. Most people come once. Of the others, browsers come
again without ever having bought, and customers have bought. Visits follow a rate of the person's
own (gamma), browsers may leave after each visit and customers after each order, as in the BG/NBD
model (Fader, Hardie, Lee 2005, "Counting your customers the easy way"), and all fade with time.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from esynapse.shop.columns import Bools, Columns, Floats, Ints, Numbers, blocks
from esynapse.shop.draws import (
    Words,
    draw,
    factor_table,
    gamma_table,
    keys,
    nth,
    pick,
    unit,
    unit32,
)
from esynapse.shop.profile import People, Profile

_BLOCK = 2**18
"""People looked at together, so that a large shop needs little memory."""


@dataclass(frozen=True)
class Regulars(Columns):
    """People who may come again, by number."""

    user: Numbers
    bought: Bools
    """A customer; otherwise a browser."""


@dataclass(frozen=True)
class Today:
    """What the day holds for the regulars."""

    comers: Regulars
    """Those who come."""
    bins: NDArray[np.uint8]
    """Quarter hour in which each of the comers comes."""
    lost: tuple[NDArray[np.uint8], ...]
    """Who is never seen again after today: a bit for each regular, block by block."""


def person_keys(seed: int, user: Ints | Numbers) -> Words:
    """The words of people's traits."""
    return keys(seed, "person", user)


def zeal(people: People, person: Words) -> Floats:
    """How readily people put things into a cart: log-normal, mean 1."""
    table = factor_table(people.zeal_log_sd)
    found: Floats = pick(table, draw(person, "zeal"))
    return found


def of_the_day(
    regulars: Regulars, people: People, *, seed: int, ordinal: int, mood: float, bins: Ints
) -> Today:
    """Who comes on a day, and who is lost.

    Args:
        mood: multiplies everybody's rate of visits.
        bins: the quarter hours, each as often in a table of 8,192 as its share of visits says.
    """
    come, leave = _daily_chances(people, mood)
    comers, quarters, lost = [Regulars.empty()], [np.zeros(0, dtype=np.uint8)], []
    for rows in blocks(len(regulars), _BLOCK):
        block = regulars.take(rows)
        person = person_keys(seed, block.user)
        luck = nth(person, np.full(1, ordinal))
        trait = (draw(person, "rate") & np.uint64(8191)).astype(np.intp)
        trait += 8192 * block.bought
        comes = unit32(luck, 32) < come[trait]
        for_good = unit32(draw(luck, "last visit")) < people.browser_leaves_after_visit
        gone = (unit32(luck) < leave) | (comes & ~block.bought & for_good)
        lost.append(np.packbits(gone))
        comers.append(block.take(comes))
        quarters.append(pick(bins, draw(luck[comes], "quarter hour")).astype(np.uint8))
    return Today(Regulars.concat(comers), np.concatenate(quarters), tuple(lost))


def browsers_among(newcomers: Ints, people: People, seed: int) -> Ints:
    """Of the people who come for the first time, those who will come again though they buy
    nothing."""
    joins = unit(draw(person_keys(seed, newcomers), "joins")) < people.browsers_join
    return newcomers[joins]


def _daily_chances(people: People, mood: float) -> tuple[Floats, float]:
    rates = np.concatenate([_rates(people, bought=False), _rates(people, bought=True)])
    return -np.expm1(-rates * mood), float(-np.expm1(-1 / people.fading_days))


def _rates(people: People, *, bought: bool) -> Floats:
    if bought:
        return gamma_table(people.customer_visit_shape, people.customer_visits_per_day)
    return gamma_table(people.browser_visit_shape, people.browser_visits_per_day)


@dataclass(frozen=True)
class Orders(Columns):
    """Who bought on a day; one row per person."""

    user: Ints
    session: Ints
    """Of the first order."""


def orders_of(session: Ints, user: Ints) -> Orders:
    """The orders of a day, from session and user of every line bought."""
    by_user = np.lexsort((session, user))
    session, user = session[by_user], user[by_user]
    user, first = np.unique(user, return_index=True)
    return Orders(user, session[first])


def after_the_day(
    regulars: Regulars, today: Today, browsers: Ints, orders: Orders, people: People, seed: int
) -> Regulars:
    """The regulars of tomorrow, by number.

    Works block by block, so that hardly more than the tables of today and tomorrow is in memory.

    Args:
        browsers: newcomers who will come again though they buy nothing.
    """
    order = keys(seed, "order", orders.session)
    leaves = unit(draw(order, "stays")) < people.customer_leaves_after_order
    place = np.searchsorted(regulars.user, orders.user.astype(np.uint32))
    known = np.zeros(len(orders), dtype=bool)
    inside = place < len(regulars)
    known[inside] = regulars.user[place[inside]] == orders.user[inside]
    joins = ~known & (unit(draw(order, "joins")) < people.customers_join)
    added = _newcomers(orders.user[joins], np.setdiff1d(browsers, orders.user, assume_unique=True))
    where = np.searchsorted(regulars.user, added.user)
    merged, end = Regulars.make(len(regulars) + len(added)), 0
    for block, rows in enumerate(blocks(len(regulars), _BLOCK)):
        last = rows.stop == len(regulars)
        old = regulars.take(rows)
        gone = np.unpackbits(today.lost[block], count=len(old)).astype(bool)
        bought = old.bought.copy()
        here = known & (place >= rows.start) & (place < rows.stop)
        bought[place[here] - rows.start] = True
        gone[place[here] - rows.start] = leaves[here]
        kept = old.with_columns(bought=bought).take(~gone)
        new = added.take((where >= rows.start) & (last | (where < rows.stop)))
        begin, end = end, end + len(kept) + len(new)
        merged.user[begin:end], merged.bought[begin:end] = _inserted(kept, new)
    return merged.take(slice(end)) if end else added


def _newcomers(customers: Ints, browsers: Ints) -> Regulars:
    size = len(customers) + len(browsers)
    added = Regulars.make(
        size,
        user=np.concatenate([customers, browsers]),
        bought=np.arange(size) < len(customers),
    )
    return added.take(np.argsort(added.user))


def _inserted(regulars: Regulars, added: Regulars) -> tuple[Numbers, Bools]:
    where = np.searchsorted(regulars.user, added.user)
    user = np.insert(regulars.user, where, added.user)
    return user, np.insert(regulars.bought, where, added.bought)


def opening_regulars(profile: Profile, *, seed: int, scale: float) -> Regulars:
    """The regulars that a shop of this kind has in the long run, numbered from 0.

    Of all who joined over the past, those remain whom neither time nor leaving took; somebody with
    rate r is lost at 1 / fading_days + (1 - exp(-r)) x (chance to leave at a visit) a day.
    """
    people = profile.people
    browsing = people.first_visits_per_day * people.browsers_join
    buying = people.new_customers_per_day
    parts, first = [], 0
    for per_day, bought, leaves in (
        (browsing, False, people.browser_leaves_after_visit),
        (buying, True, people.customer_leaves_after_order * people.orders_per_customer_visit),
    ):
        size = round(per_day * scale * people.fading_days)
        for rows in blocks(size, _BLOCK):
            user = np.arange(first + rows.start, first + rows.stop)
            person = person_keys(seed, user)
            rate = pick(_rates(people, bought=bought), draw(person, "rate"))
            comes = -np.expm1(-rate)
            remains = 1 / (1 + comes * leaves * people.fading_days)
            user = user[unit(draw(person, "opening")) < remains]
            parts.append(Regulars.make(len(user), user=user, bought=bought))
        first += size
    return Regulars.concat(parts)
