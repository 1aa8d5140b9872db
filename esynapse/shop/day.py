"""One UTC day in the making: its plan, and then slice after slice of it."""

from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np
import pyarrow as pa

from esynapse.shop import truth
from esynapse.shop.aftersale import Ratings, add_reviews, after_sale
from esynapse.shop.appeal import appeal
from esynapse.shop.arrivals import CartReturns, Visits, crowd_of_day, returning
from esynapse.shop.browsing import Shelf, browse, picks
from esynapse.shop.catalog import products_at_opening
from esynapse.shop.clock import BIN, BINS, NEVER, day_clock
from esynapse.shop.columns import Ints
from esynapse.shop.inventory import receive, reorder
from esynapse.shop.lines import Lines, intend, readiness_of
from esynapse.shop.opening import with_launches
from esynapse.shop.people import after_the_day, browsers_among, orders_of
from esynapse.shop.prices import PLANNED_AHEAD, price_board, settle
from esynapse.shop.promoting import plan_date
from esynapse.shop.rows import KIND, EventRows, in_order
from esynapse.shop.seasons import buying_by_bin
from esynapse.shop.settling import Shelves, settle_lines
from esynapse.shop.shocks import recent_shocks, return_factor, shop_is_open
from esynapse.shop.slices import Board, DaySlice, ViewRows
from esynapse.shop.state import ShopState


@dataclass
class _Flow:
    """What goes on from one slice of the day to the next."""

    pending: EventRows
    later: list[EventRows]
    """What does not come today."""
    returns: CartReturns
    lines: Lines
    shelves: Shelves
    ratings: Ratings
    browsers: list[Ints]
    orders: list[Ints]
    buyers: list[Ints]
    emitted: int = 0


class Day:
    """One UTC day; ``simulate`` its slices in their order."""

    def __init__(self, state: ShopState, source: str) -> None:
        self.known = len(state.stock)
        """Products that were there yesterday."""
        state = with_launches(state)
        self.state, self.source = state, source
        profile, self.ordinal = state.profile, state.next_day.toordinal()
        opening = state.opening_day.toordinal()
        self.catalog = state.catalog
        self.clock = day_clock(self.ordinal, state.timezone)
        self.shocks = recent_shocks(
            profile.shocks,
            products_at_opening(profile.catalog, state.scale),
            state.seed,
            self.ordinal - 1,
            self.ordinal + 2,
        )
        self.prices = settle(state.prices, self.ordinal)
        self.board = Board(price_board(self.prices, self.clock), self.clock)
        self.appeal = appeal(profile, self.catalog, self.prices, self.board.prices, self.shocks)
        self.buying = buying_by_bin(profile, self.clock, seed=state.seed, opening=opening)
        self.fault = return_factor(self.shocks, self.ordinal, len(self.catalog))
        self.is_open = shop_is_open(self.shocks, self.clock)
        self.crowd = crowd_of_day(
            state.regulars,
            profile,
            self.clock,
            self.is_open,
            seed=state.seed,
            scale=state.scale,
            opening=opening,
            next_user=state.next_user,
        )
        self.stock = receive(state.stock, self.ordinal)
        self.flow = self._open_flow()

    def _open_flow(self) -> _Flow:
        state, level = self.state, self.stock.level
        today = state.pending.time < self.clock.end
        return _Flow(
            pending=state.pending.take(today),
            later=[state.pending.take(~today)],
            returns=state.returns,
            lines=state.lines,
            shelves=Shelves(
                level=level,
                sold_out=np.where(level == 0, self.clock.start, NEVER),
                wanted=np.zeros(len(level), dtype=np.int64),
            ),
            ratings=state.ratings,
            browsers=[],
            orders=[],
            buyers=[],
        )

    def simulate(self, low: int, high: int) -> DaySlice:
        """The events of the quarter hours [low, high)."""
        flow, begin = self.flow, self.clock.start + low * BIN
        end = self.clock.start + high * BIN
        fresh = self.crowd.fresh_users(low, high)
        flow.browsers.append(browsers_among(fresh, self.state.profile.people, self.state.seed))
        views, lines = self._sessions(low, high, end)
        settled = settle_lines(Lines.concat([flow.lines, *lines]), flow.shelves, begin, end)
        flow.lines, flow.shelves = settled.open, settled.shelves
        late = [part.from_on(end) for part in views]
        rows = EventRows.concat([flow.pending, settled.rows, *late, self._after_sale(settled.rows)])
        now, today = rows.time < end, rows.time < self.clock.end
        flow.pending = rows.take(~now & today)
        flow.later.append(rows.take(~today))
        others = rows.take(now)
        reviews = others.take(others.kind == KIND["review"])
        flow.ratings = add_reviews(flow.ratings, reviews.product, reviews.rating)
        first = flow.emitted
        size = len(others) + sum(map(len, views)) - sum(map(len, late))
        flow.emitted += size
        last = high == BINS
        following, tables = self._close() if last else (None, {})
        return DaySlice(
            first=first,
            end=end,
            views=tuple(views),
            others=others,
            size=size,
            board=self.board,
            catalog=self.catalog,
            seed=self.state.seed,
            source=self.source,
            truth=tables,
            state=following,
        )

    def _sessions(self, low: int, high: int, end: int) -> tuple[list[ViewRows], list[Lines]]:
        """All sessions that start in a slice; a cart left in it may be returned to in it."""
        flow = self.flow
        due = flow.returns.time < end
        flow.returns, back = flow.returns.take(~due), flow.returns.take(due)
        views, lines = [], []
        back = back.take(self.is_open[self.clock.bin_of(back.time)])
        waves = [self.crowd.visits(low, high), returning(back, self.state.seed)]
        while waves:
            visits = waves.pop(0)
            if not len(visits):
                continue
            shown, meant, returns = self._visit(visits)
            views.append(shown)
            lines.append(meant)
            soon = returns.time < end
            back = returns.take(soon & self.is_open[self.clock.bin_of(returns.time)])
            waves.append(returning(back, self.state.seed))
            flow.returns = CartReturns.concat([flow.returns, returns.take(~soon)])
        return views, lines

    def _visit(self, visits: Visits) -> tuple[ViewRows, Lines, CartReturns]:
        profile, bins = self.state.profile, self.clock.bin_of(visits.start)
        shelf = Shelf(
            appeal=self.appeal,
            row=self.board.prices.row_of_bin[bins],
            readiness=readiness_of(visits, profile, self.buying[bins]),
        )
        seen = browse(visits, profile, shelf)
        meant = intend(visits, seen, picks(seen, visits, profile, shelf), profile, shelf)
        shown = ViewRows.of(visits, meant.views.visit, meant.views.product, meant.view_times)
        return shown, meant.lines, meant.returns

    def _after_sale(self, rows: EventRows) -> EventRows:
        """Refunds and reviews to come of the purchases among ``rows``."""
        sold = rows.take(rows.kind == KIND["purchase"])
        self.flow.orders.append(sold.session)
        self.flow.buyers.append(sold.user)
        sold = sold.take(np.argsort(sold.time, kind="stable"))
        paid, on_sale = self.board.asked(sold.time, sold.product)
        sold = sold.with_columns(paid=paid, on_sale=on_sale)
        return after_sale(sold, self.state.profile, self.catalog, self.fault, self.state.seed)

    def _close(self) -> tuple[ShopState, dict[str, pa.Table]]:
        """The state at the day's end, and what the day adds to the truth."""
        state, flow, profile = self.state, self.flow, self.state.profile
        planned, promotions, changes = plan_date(
            profile, self.catalog, self.prices, seed=state.seed, start=self.ordinal + PLANNED_AHEAD
        )
        promoted = np.zeros(len(self.catalog), dtype=bool)
        promoted[planned.promotions.product] = True
        following = replace(
            state,
            next_day=state.next_day + timedelta(days=1),
            next_user=self.crowd.next_user,
            regulars=after_the_day(
                state.regulars,
                self.crowd.today,
                np.concatenate(flow.browsers),
                orders_of(np.concatenate(flow.orders), np.concatenate(flow.buyers)),
                profile.people,
                state.seed,
            ),
            returns=flow.returns.take(np.lexsort((flow.returns.session, flow.returns.time))),
            lines=flow.lines.take(np.lexsort((flow.lines.product, flow.lines.session))),
            pending=in_order(EventRows.concat(flow.later)),
            stock=reorder(
                self.stock.with_columns(level=flow.shelves.level),
                profile,
                flow.shelves.wanted,
                promoted,
                seed=state.seed,
                ordinal=self.ordinal,
            ),
            ratings=flow.ratings,
            prices=planned,
        )
        opening, today = state.next_day == state.opening_day, self.clock.local_date[0]
        begins = self.shocks.start == today
        still_acts = (self.shocks.start < today) & (self.shocks.start + self.shocks.days > today)
        tables = truth.of_day(
            self.catalog,
            self.clock,
            promotions=planned.promotions if opening else promotions,
            changes=planned.changes if opening else changes,
            sold_out=flow.shelves.sold_out,
            shocks=self.shocks.take(begins | still_acts if opening else begins),
            known=0 if opening else self.known,
        )
        return following, tables
