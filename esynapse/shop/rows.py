"""Events as numbers, before they get prices and ids, and their order."""

from dataclasses import dataclass

import numpy as np

from esynapse.events import EVENT_TYPES
from esynapse.shop.columns import Bools, Codes, Columns, Floats, Ints, SmallInts

KIND = {name: np.int8(code) for code, name in enumerate(EVENT_TYPES)}
_INDEX_BITS = 26
"""A slice has fewer rows than 2 ** 26, and a day fewer microseconds than 2 ** 37."""


@dataclass(frozen=True)
class EventRows(Columns):
    """Events: session, user and product are numbers."""

    time: Ints
    kind: Codes
    """Index into events.EVENT_TYPES."""
    user: Ints
    session: Ints
    product: Ints
    quantity: SmallInts
    """0: none."""
    rating: SmallInts
    """0: none."""
    paid: Floats
    """Of a refund: the unit price paid. Others cost what is asked at their moment."""
    on_sale: Bools
    """Of a refund: whether that was a promotion's price."""


def chronological(time: Ints, session: Ints, kind: Codes, product: Ints) -> Ints:
    """The order of events by time, and of those of one microsecond by session, kind and product.

    It depends on the events alone, not on the order they come in. They lie within one day or so.
    """
    if not len(time):
        return np.zeros(0, dtype=np.int64)
    packed = ((time - time.min()) << _INDEX_BITS) | np.arange(len(time))
    packed.sort()
    order: Ints = packed & (2**_INDEX_BITS - 1)
    since = packed >> _INDEX_BITS
    same = since[1:] == since[:-1]
    if same.any():
        tied = np.flatnonzero(np.append(same, False) | np.insert(same, 0, False))
        rows = order[tied]
        again = np.lexsort((product[rows], kind[rows], session[rows], time[rows]))
        order[tied] = rows[again]
    return order


def in_order(rows: EventRows) -> EventRows:
    """``rows``, whatever their number of days, in chronological order."""
    return rows.take(np.lexsort((rows.product, rows.kind, rows.session, rows.time)))
