"""What becomes of shoppers' intents as each moment comes: served, sold out, or turned elsewhere.

Between two deliveries stock only falls, so a product that sells out stays sold out. Orders are
served by time; a product cannot be put into a cart once it is sold out, and what sells out while it
is in a cart cannot be bought. Either is an out_of_stock event.
"""

from dataclasses import dataclass

import numpy as np

from esynapse.shop.clock import NEVER
from esynapse.shop.columns import Bools, Ints
from esynapse.shop.lines import Lines
from esynapse.shop.rows import KIND, EventRows

WANTED = 10
"""What a unit that somebody meant to buy counts in the measure of demand."""
WANTED_IN_CART = 3
"""What a unit counts that could not be put into a cart: most carts are left anyway."""


@dataclass(frozen=True)
class Shelves:
    """Stock between two deliveries; one entry per product."""

    level: Ints
    sold_out: Ints
    """The instant from which it is sold out; NEVER: it is not."""
    wanted: Ints
    """Demand since the last delivery, in tenths of units."""


@dataclass(frozen=True)
class Settled:
    """What a stretch of time has decided."""

    rows: EventRows
    open: Lines
    """Lines to which something is still to happen."""
    shelves: Shelves


def settle_lines(lines: Lines, shelves: Shelves, begin: int, end: int) -> Settled:
    """Decide everything that ``lines`` mean to do in [begin, end).

    A shopper who turns to a substitute may sell that out for others, who turn elsewhere in their
    turn; so the orders are served again until nobody changes their mind. Whatever is decided rests
    on earlier moments alone, so each round settles at least the earliest moment still open.
    """
    substitutes = Lines.empty()
    while True:
        every = Lines.concat([lines, substitutes])
        level, sold, sold_out = _serve(every, shelves, begin, end)
        blocked = _blocked(every, sold_out, begin, end)
        turned = _substitutes(lines.take(blocked[: len(lines)]))
        if np.array_equal(turned.session, substitutes.session) and np.array_equal(
            turned.product, substitutes.product
        ):
            break
        substitutes = turned
    rows = _events(every, blocked, sold, begin, end)
    wanted = shelves.wanted + _wanted(every, blocked, begin, end, len(level))
    return Settled(rows, _still_open(every, blocked, end), Shelves(level, sold_out, wanted))


def _within(times: Ints, begin: int, end: int) -> Bools:
    return (times >= begin) & (times < end)


def _serve(lines: Lines, shelves: Shelves, begin: int, end: int) -> tuple[Ints, Ints, Ints]:
    """The stock left, the units that each line gets, and when each product is sold out."""
    orders = np.flatnonzero(_within(lines.bought, begin, end))
    product, time = lines.product[orders], lines.bought[orders]
    order = np.lexsort((lines.session[orders], time, product))
    goods, wanted = product[order], lines.quantity[orders][order]
    total = np.cumsum(wanted)
    first = np.searchsorted(goods, goods, side="left")
    before = total - wanted
    before -= before[first] if len(first) else 0
    available = shelves.level[goods]
    served = np.clip(available - before, 0, wanted)
    sold = np.zeros(len(lines), dtype=np.int64)
    sold[orders[order]] = served
    level = shelves.level.copy()
    np.subtract.at(level, goods, served)
    sold_out = shelves.sold_out.copy()
    last_unit = (served > 0) & (before + served == available)
    sold_out[goods[last_unit]] = time[order][last_unit]
    return level, sold, sold_out


def _blocked(lines: Lines, sold_out: Ints, begin: int, end: int) -> Bools:
    """Lines that were to be put into the cart when the product was sold out."""
    return _within(lines.carted, begin, end) & (sold_out[lines.product] <= lines.carted)


def _substitutes(blocked: Lines) -> Lines:
    """The lines that take the place of ``blocked`` ones."""
    turned = blocked.take(blocked.substitute >= 0)
    never, none = np.full(len(turned), NEVER), np.full(len(turned), -1)
    return turned.with_columns(
        product=turned.substitute,
        viewed=turned.substitute_viewed,
        carted=turned.substitute_carted,
        added=never,
        removed=never,
        substitute=none,
        substitute_viewed=never,
        substitute_carted=never,
    )


def _events(lines: Lines, blocked: Bools, sold: Ints, begin: int, end: int) -> EventRows:
    def rows(which: Bools, kind: str, times: Ints, quantity: Ints | int = 0) -> EventRows:
        now = which & _within(times, begin, end)
        return EventRows.make(
            len(lines),
            time=times,
            kind=KIND[kind],
            user=lines.user,
            session=lines.session,
            product=lines.product,
            quantity=quantity,
        ).take(now)

    goes_on = ~blocked
    missed = blocked & _within(lines.carted, begin, end)
    at_first = lines.quantity - (lines.added != NEVER)
    return EventRows.concat(
        [
            rows(goes_on | missed, "view_item", lines.viewed),
            rows(missed, "out_of_stock", lines.carted),
            rows(goes_on, "add_to_cart", lines.carted, at_first),
            rows(goes_on, "add_to_cart", lines.added, 1),
            rows(goes_on, "remove_from_cart", lines.removed, lines.quantity),
            rows(_first_of_checkout(lines, goes_on), "begin_checkout", lines.checkout),
            rows(goes_on & (sold > 0), "purchase", lines.bought, sold),
            rows(goes_on & (sold == 0), "out_of_stock", lines.bought),
        ]
    )


def _first_of_checkout(lines: Lines, goes_on: Bools) -> Bools:
    """The first line in the cart of each session that checks out: begin_checkout is one event."""
    checks = np.flatnonzero(goes_on & (lines.checkout != NEVER))
    order = np.lexsort((lines.product[checks], lines.carted[checks], lines.session[checks]))
    checks = checks[order]
    _, first = np.unique(lines.session[checks], return_index=True)
    chosen = np.zeros(len(lines), dtype=bool)
    chosen[checks[first]] = True
    return chosen


def _wanted(lines: Lines, blocked: Bools, begin: int, end: int, size: int) -> Ints:
    orders = ~blocked & _within(lines.bought, begin, end)
    units = np.where(blocked, WANTED_IN_CART, np.where(orders, WANTED, 0)) * lines.quantity
    return np.bincount(lines.product, weights=units, minlength=size).astype(np.int64)


def _still_open(lines: Lines, blocked: Bools, end: int) -> Lines:
    moments = (lines.viewed, lines.carted, lines.added, lines.removed, lines.checkout, lines.bought)
    latest = np.full(len(lines), -1)
    for times in moments:
        np.maximum(latest, np.where(times == NEVER, -1, times), out=latest)
    return lines.take(~blocked & (latest >= end))
