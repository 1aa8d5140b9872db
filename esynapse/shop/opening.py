"""The opening day: a shop that already has regulars, stock, reviews and promotions."""

from dataclasses import replace
from datetime import date
from typing import TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np

from esynapse.errors import EsynapseError
from esynapse.shop.aftersale import Ratings, opening_ratings
from esynapse.shop.arrivals import CartReturns
from esynapse.shop.catalog import Catalog, make_catalog, products_at_opening
from esynapse.shop.columns import Columns, Floats
from esynapse.shop.inventory import opening_stock
from esynapse.shop.lines import Lines
from esynapse.shop.people import opening_regulars
from esynapse.shop.prices import PLANNED_AHEAD, PriceChanges, Prices, PriceTags, Promotions, settle
from esynapse.shop.profile import Profile
from esynapse.shop.promoting import plan_date
from esynapse.shop.rows import EventRows
from esynapse.shop.state import ShopState

Table = TypeVar("Table", bound=Columns)


def open_shop(
    profile: Profile, *, seed: int, scale: float, opening_day: date, timezone: str = "UTC"
) -> ShopState:
    """The shop at the start of ``opening_day``, its first day to simulate.

    Args:
        scale: traffic relative to the profile's own.
        timezone: the shop's zone: its hours of the day, and the dates of its promotions.

    Raises:
        EsynapseError: a seed, scale or zone that cannot be.
    """
    if not 0 <= seed < 2**63:
        raise EsynapseError(f"seed: must be within 0 and 2**63 - 1 (got {seed})")
    if not 0 < scale <= 2000:
        raise EsynapseError(f"scale: must be above 0 and at most 2000 (got {scale})")
    try:
        ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise EsynapseError(
            f"timezone: {timezone!r} is no IANA time zone (for example Europe/Berlin)"
        ) from None
    first = opening_day.toordinal()
    catalog = make_catalog(profile, seed, scale, first, products_at_opening(profile.catalog, scale))
    prices = _prices(profile, catalog, first, seed)
    regulars = opening_regulars(profile, seed=seed, scale=scale)
    promoted = np.zeros(len(catalog), dtype=bool)
    promoted[prices.promotions.product] = True
    demand = _demand(profile, catalog, scale)
    return ShopState(
        profile=profile,
        seed=seed,
        scale=scale,
        opening_day=opening_day,
        timezone=timezone,
        next_day=opening_day,
        next_user=int(regulars.user.max(initial=0)) + 1,
        regulars=regulars,
        returns=CartReturns.empty(),
        lines=Lines.empty(),
        pending=EventRows.empty(),
        stock=opening_stock(profile, demand, promoted, seed=seed),
        ratings=opening_ratings(profile, catalog, seed),
        prices=prices,
    )


def with_launches(state: ShopState) -> ShopState:
    """The state with room for the products that are launched on its next day: priced, in stock,
    not yet reviewed."""
    catalog, known = state.catalog, len(state.stock)
    new = slice(known, len(catalog))
    if known == len(catalog):
        return state
    size = len(catalog) - known
    demand = _demand(state.profile, catalog, state.scale)[new]
    opened = opening_stock(state.profile, demand, np.zeros(size, dtype=bool), seed=state.seed)
    return replace(
        state,
        stock=_longer(state.stock, opened),
        ratings=_longer(state.ratings, Ratings.make(size)),
        prices=Prices(
            _longer(state.prices.tags, PriceTags.make(size, regular=catalog.price[new])),
            state.prices.promotions,
            state.prices.changes,
        ),
    )


def _longer(table: Table, more: Table) -> Table:
    return type(table).concat([table, more])


def _demand(profile: Profile, catalog: Catalog, scale: float) -> Floats:
    """Units a day that each product can be expected to sell."""
    appeal = catalog.popularity * np.exp(profile.catalog.quality_effect * catalog.quality)
    units = profile.people.orders_per_day * scale * (1 + profile.funnel.extra_units)
    demand: Floats = units * appeal / appeal.sum()
    return demand


def _prices(profile: Profile, catalog: Catalog, first: int, seed: int) -> Prices:
    """Prices at the opening, with the promotions of the weeks before that still run."""
    prices = Prices(
        PriceTags.make(len(catalog), regular=catalog.price),
        Promotions.empty(),
        PriceChanges.empty(),
    )
    longest = max(profile.promotions.days[1], *(c.days for c in profile.campaigns), 0)
    for start in range(first - longest, first + PLANNED_AHEAD):
        planned, _, _ = plan_date(profile, catalog, prices, seed=seed, start=start)
        if start < first:
            planned = Prices(planned.tags, planned.promotions, prices.changes)
        prices = planned
    return settle(prices, first)
