"""One day of the shop: from its state at the start of a UTC day to events and the next state."""

from dataclasses import replace
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from esynapse.errors import EsynapseError
from esynapse.events import PRODUCT_SCHEMA
from esynapse.shop import truth
from esynapse.shop.aftersale import after_sale
from esynapse.shop.browsing import Appeal, appeal, browse
from esynapse.shop.checkout import NEVER, Lines, check_out
from esynapse.shop.clock import DayClock, day_clock
from esynapse.shop.columns import Ints
from esynapse.shop.demand import Visits, arrivals, returning_visits
from esynapse.shop.emit import KIND, line_rows, priced, to_table, view_rows
from esynapse.shop.inventory import receive, reorder, sell
from esynapse.shop.opening import visit_rates
from esynapse.shop.prices import PLANNED_AHEAD, plan_date, price_board, settle
from esynapse.shop.state import CartReturns, Customers, EventRows, Ratings, ShopState
from esynapse.shop.streams import stream


class SimulatedDay(NamedTuple):
    """What one simulated day gives."""

    events: pa.Table
    """EVENT_SCHEMA, by event_timestamp, all within the UTC day."""
    state: ShopState
    """The shop at the start of the next day."""
    truth: dict[str, pa.Table]
    """Rows that this day adds to the tables of :mod:`esynapse.shop.truth`."""


class _Sessions(NamedTuple):
    visits: Visits
    views: EventRows
    lines: Lines
    returns: CartReturns


def simulate_day(state: ShopState, day: date, *, source: str = "backfill") -> SimulatedDay:
    """Simulate UTC day ``day``, which must be the state's next one; ``state`` stays as it is.

    Raises:
        EsynapseError: ``day`` is not ``state.next_day``.
    """
    if day != state.next_day:
        raise EsynapseError(f"shop: the next day to simulate is {state.next_day}, not {day}")
    ordinal, profile, catalog = day.toordinal(), state.profile, state.catalog
    clock = day_clock(ordinal, state.timezone)
    prices = settle(state.prices, ordinal)
    board = price_board(prices, ordinal)
    stock = receive(state.stock, ordinal)

    sessions, visitors, next_user = _sessions(state, clock, appeal(profile, catalog, board))
    lines = sessions.lines
    left, sold, sold_out = sell(stock, *_orders(lines))
    served = _serve(lines, sold, sold_out)
    fresh = priced(EventRows.concat([sessions.views, *served]), board, clock)
    bought = fresh.take(fresh.kind == KIND["purchase"])
    later = after_sale(bought, profile, catalog, stream(state.seed, ordinal, "after sale"))

    rows = EventRows.concat([state.pending, fresh, later])
    today = rows.time < clock.end
    emitted = rows.take(today)
    emitted = emitted.take(np.argsort(emitted.time, kind="stable"))
    emitted = _with_prices_of_reviews(emitted, priced(emitted, board, clock))

    planned, promotions, changes = plan_date(
        profile, catalog, prices, seed=state.seed, start=ordinal + PLANNED_AHEAD
    )
    following = replace(
        state,
        next_day=day + timedelta(days=1),
        next_user=next_user,
        visitors=visitors,
        customers=_customers_after(state, bought, ordinal),
        returns=sessions.returns,
        pending=rows.take(~today),
        stock=reorder(
            left,
            profile,
            catalog,
            planned.promotions.product,
            seed=state.seed,
            scale=state.scale,
            ordinal=ordinal,
        ),
        ratings=_ratings_after(state.ratings, emitted),
        prices=planned,
    )
    opening = day == state.opening_day
    tables = truth.of_day(
        catalog,
        clock,
        promotions=planned.promotions if opening else promotions,
        changes=planned.changes if opening else changes,
        sold_out=sold_out,
        opening=opening,
    )
    return SimulatedDay(
        to_table(emitted, catalog, seed=state.seed, source=source), following, tables
    )


def products_table(state: ShopState) -> pa.Table:
    """The products (PRODUCT_SCHEMA) as of the start of ``state.next_day``."""
    catalog, ordinal = state.catalog, state.next_day.toordinal()
    clock = day_clock(ordinal, state.timezone)
    board = price_board(settle(state.prices, ordinal), ordinal)
    row = int(clock.date_row(np.array([clock.start]))[0])
    ratings = state.ratings
    average = np.round(ratings.total / np.maximum(ratings.count, 1), 2)
    return pa.Table.from_arrays(
        [
            catalog.product_id,
            catalog.product_name,
            catalog.category_name,
            pa.array(board.regular[row]),
            pa.array(average, mask=ratings.count == 0),
            pa.array(ratings.count),
            pa.array(receive(state.stock, ordinal).level > 0),
        ],
        schema=PRODUCT_SCHEMA,
    )


def _sessions(state: ShopState, clock: DayClock, draw: Appeal) -> tuple[_Sessions, Ints, int]:
    """All sessions that start on the day; a cart left in the morning may be bought at night."""
    arrived, visitors, next_user = arrivals(state, clock)
    due = state.returns.time < clock.end
    back = returning_visits(state.returns.take(due), state.profile, clock, len(arrived))
    first = _pass(state, Visits.concat([arrived, back]), clock, draw, "sessions")
    same_day = first.returns.time < clock.end
    again = returning_visits(first.returns.take(same_day), state.profile, clock, len(first.visits))
    second = _pass(state, again, clock, draw, "sessions of the same day")
    waiting = [state.returns.take(~due), first.returns.take(~same_day)]
    waiting.append(second.returns.take(second.returns.time >= clock.end))
    both = _Sessions(
        visits=Visits.concat([first.visits, second.visits]),
        views=EventRows.concat([first.views, second.views]),
        lines=Lines.concat([first.lines, second.lines]),
        returns=CartReturns.concat(waiting),
    )
    return both, visitors, next_user


def _pass(
    state: ShopState, visits: Visits, clock: DayClock, draw: Appeal, purpose: str
) -> _Sessions:
    rng = stream(state.seed, clock.ordinal, purpose)
    views, cart, last = browse(visits, state.profile, state.catalog, draw, clock, rng)
    lines, returns = check_out(visits, cart, last, state.profile, draw, clock, rng)
    return _Sessions(visits, view_rows(visits, views), lines, returns)


def _orders(lines: Lines) -> tuple[Ints, Ints, Ints]:
    """Product, quantity and time of the lines; those never bought ask for nothing."""
    return lines.product, np.where(lines.bought != NEVER, lines.quantity, 0), lines.bought


def _serve(lines: Lines, sold: Ints, sold_out: Ints) -> list[EventRows]:
    """The events of cart lines, as far as there is stock.

    A product that is sold out cannot be put into a cart; one that sells out while it is in the cart
    cannot be bought. Either is an out_of_stock event. begin_checkout is one event per session, of
    the first line in the cart.
    """
    blocked = lines.carted >= sold_out[lines.product]
    missed = lines.take(blocked)
    lines, sold = lines.take(~blocked), sold[~blocked]
    checked = lines.take(lines.checkout != NEVER)
    _, first = np.unique(checked.session, return_index=True)
    checked = checked.take(first)
    pays = lines.bought != NEVER
    return [
        line_rows(missed, "out_of_stock", missed.carted),
        line_rows(lines, "add_to_cart", lines.carted, lines.quantity),
        line_rows(lines, "remove_from_cart", lines.removed, lines.quantity),
        line_rows(checked, "begin_checkout", checked.checkout),
        line_rows(lines, "purchase", np.where(pays & (sold > 0), lines.bought, NEVER), sold),
        line_rows(lines, "out_of_stock", np.where(pays & (sold == 0), lines.bought, NEVER)),
    ]


def _with_prices_of_reviews(rows: EventRows, now: EventRows) -> EventRows:
    review = rows.kind == KIND["review"]
    columns = rows.arrays()
    columns["price"] = np.where(review, now.price, rows.price)
    columns["on_sale"] = np.where(review, now.on_sale, rows.on_sale)
    return EventRows(**columns)


def _customers_after(state: ShopState, bought: EventRows, ordinal: int) -> Customers:
    """The customers with today's buyers; those without an order for long are forgotten."""
    habits, old = state.profile.customers, state.customers
    buyers = np.unique(bought.user)
    again = np.isin(old.user, buyers)
    new = np.setdiff1d(buyers, old.user[again], assume_unique=True)
    rng = stream(state.seed, ordinal, "new customers")
    last_order = np.where(again, np.int32(ordinal), old.last_order)
    known = Customers(old.user, old.rate, last_order)
    known = known.take(last_order > ordinal - habits.forgotten_after_days)
    added = Customers.make(
        len(new),
        user=new,
        rate=visit_rates(habits, len(new), rng),
        last_order=ordinal,
    )
    return Customers.concat([known, added])


def _ratings_after(ratings: Ratings, emitted: EventRows) -> Ratings:
    reviews = emitted.take(emitted.kind == KIND["review"])
    size = len(ratings)
    return Ratings(
        ratings.count + np.bincount(reviews.product, minlength=size),
        ratings.total
        + np.bincount(reviews.product, weights=reviews.rating, minlength=size).astype(np.int64),
    )
