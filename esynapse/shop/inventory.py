"""Stock: what can be sold, what is sold out and since when, and (s, S) replenishment.

Units are set aside when the session that buys them starts; what is set aside on one UTC day may be
paid for early on the next.
"""

import numpy as np

from esynapse.shop.catalog import Catalog
from esynapse.shop.checkout import NEVER
from esynapse.shop.columns import Floats, Ints
from esynapse.shop.profile import Profile
from esynapse.shop.state import Stock
from esynapse.shop.streams import stream


def order_levels(
    profile: Profile, catalog: Catalog, scale: float, promoted: Ints
) -> tuple[Ints, Ints]:
    """The policy's s and S per product, in units; more of the ``promoted`` products is kept."""
    demand = _daily_demand(profile, catalog, scale)
    demand[promoted] *= profile.stock.promotion_factor
    lead = demand * (np.mean(profile.stock.lead_days) + 1)
    low = np.round(lead + profile.stock.safety * np.sqrt(lead)).astype(np.int64)
    high = low + np.maximum(2, np.round(demand * profile.stock.cover_days)).astype(np.int64)
    return low, high


def opening_stock(
    profile: Profile, catalog: Catalog, promoted: Ints, *, seed: int, scale: float
) -> Stock:
    """Stock somewhere between s and S, as if the shop had long been open."""
    low, high = order_levels(profile, catalog, scale, promoted)
    level = stream(seed, 0, "opening stock").integers(low, high + 1)
    return Stock.make(len(catalog), level=np.maximum(level, 1))


def receive(stock: Stock, ordinal: int) -> Stock:
    """The stock at the start of a UTC day, with the deliveries that arrive on it."""
    here = (stock.incoming > 0) & (stock.arrival <= ordinal)
    return Stock(
        level=stock.level + np.where(here, stock.incoming, 0),
        incoming=np.where(here, 0, stock.incoming),
        arrival=np.where(here, 0, stock.arrival),
    )


def sell(stock: Stock, product: Ints, quantity: Ints, time: Ints) -> tuple[Stock, Ints, Ints]:
    """Serve orders by time as long as there is stock.

    Returns:
        The stock left; the units that each order gets (0: it came too late); and per product the
        instant from which it is sold out (NEVER: it is not; the least instant: all day).
    """
    order = np.lexsort((time, product))
    goods, wanted = product[order], quantity[order]
    total = np.cumsum(wanted)
    starts = np.searchsorted(goods, goods, side="left")
    before = total - wanted - (total - wanted)[starts]
    served = np.clip(stock.level[goods] - before, 0, wanted)
    level = stock.level - np.bincount(goods, weights=served, minlength=len(stock)).astype(np.int64)
    sold_out = np.where(stock.level == 0, np.iinfo(np.int64).min, NEVER)
    last_unit = (served > 0) & (before + served == stock.level[goods])
    sold_out[goods[last_unit]] = time[order][last_unit]
    sold = np.empty_like(served)
    sold[order] = served
    return Stock(level, stock.incoming, stock.arrival), sold, sold_out


def reorder(
    stock: Stock,
    profile: Profile,
    catalog: Catalog,
    promoted: Ints,
    *,
    seed: int,
    scale: float,
    ordinal: int,
) -> Stock:
    """Order up to S, at the day's end, what is at s or below and not already on its way."""
    low, high = order_levels(profile, catalog, scale, promoted)
    lead = stream(seed, ordinal, "lead time").integers(
        profile.stock.lead_days[0], profile.stock.lead_days[1] + 1, size=len(stock)
    )
    due = (stock.level <= low) & (stock.incoming == 0)
    return Stock(
        stock.level,
        np.where(due, high - stock.level, stock.incoming),
        np.where(due, ordinal + 1 + lead, stock.arrival),
    )


def _daily_demand(profile: Profile, catalog: Catalog, scale: float) -> Floats:
    appeal = catalog.popularity * np.exp(profile.catalog.quality_effect * catalog.quality)
    demand: Floats = profile.stock.units_per_day * scale * appeal / appeal.sum()
    return demand
