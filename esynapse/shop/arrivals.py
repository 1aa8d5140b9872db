"""The visits of a day: of regulars, of people who come for the first time, back to a cart."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from esynapse.errors import EsynapseError
from esynapse.shop.clock import BIN, BINS, DAY, DayClock
from esynapse.shop.columns import Bools, Columns, Floats, Ints
from esynapse.shop.draws import Words, draw, keys, shares_table, unit32
from esynapse.shop.people import Regulars, Today, of_the_day, person_keys
from esynapse.shop.profile import Profile
from esynapse.shop.seasons import level_of, sessions_expected
from esynapse.shop.streams import stream

_LEAST_FRESH = 0.05
"""However many regulars come, first visits stay above this share of the sessions expected."""
MOST_PEOPLE = 2**32
RETURNED = 1 << 29
"""Set in the number of a session that returns to the cart of the session without it."""


@dataclass(frozen=True)
class CartReturns(Columns):
    """People who will come back to a cart they left."""

    time: Ints
    user: Ints
    session: Ints
    """The one that left the cart."""
    product: Ints
    bought: Bools
    """A customer comes back."""


@dataclass(frozen=True)
class Visits:
    """Sessions that start; one entry each."""

    start: Ints
    user: Ints
    session: Ints
    """Days since 1970 x 2**32 + position in that day."""
    key: Words
    person: Words
    aim: Ints
    """Product that the visitor comes back for; -1: none."""
    bought: Bools
    """The visitor has bought before."""

    def __len__(self) -> int:
        return len(self.start)


@dataclass(frozen=True)
class Crowd:
    """Who comes on a UTC day, but for returns to carts; by quarter hour."""

    clock: DayClock
    seed: int
    today: Today
    regulars: Regulars
    """Those who come while the shop is open, by quarter hour."""
    regular_bounds: Ints
    """How many of them come before each quarter hour (97)."""
    fresh_bounds: Ints
    """The same of people who come for the first time."""
    first_user: int
    """Number of the first of those."""

    @property
    def next_user(self) -> int:
        return self.first_user + int(self.fresh_bounds[-1])

    def fresh_users(self, low: int, high: int) -> Ints:
        """People who come for the first time in the quarter hours [low, high)."""
        begin, end = self.fresh_bounds[low], self.fresh_bounds[high]
        return self.first_user + np.arange(begin, end)

    def visits(self, low: int, high: int) -> Visits:
        """The visits that start in the quarter hours [low, high)."""
        regular, fresh = self.regular_bounds, self.fresh_bounds
        bins = np.arange(low, high)
        known_bin = np.repeat(bins, np.diff(regular[low : high + 1]))
        fresh_bin = np.repeat(bins, np.diff(fresh[low : high + 1]))
        known = np.arange(regular[low], regular[high])
        unknown = np.arange(fresh[low], fresh[high])
        position = np.concatenate([known + fresh[known_bin], unknown + regular[fresh_bin + 1]])
        session = (self.clock.start // DAY << 32) + position
        user = np.concatenate([self.regulars.user[known], self.first_user + unknown])
        key = keys(self.seed, "session", session)
        begins = self.clock.start + np.concatenate([known_bin, fresh_bin]) * BIN
        begins += (unit32(draw(key, "start")) * BIN).astype(np.int64)
        return Visits(
            start=begins,
            user=user,
            session=session,
            key=key,
            person=person_keys(self.seed, user),
            aim=np.full(len(user), -1),
            bought=np.concatenate(
                [self.regulars.bought[known], np.zeros(len(unknown), dtype=bool)]
            ),
        )


def returning(due: CartReturns, seed: int) -> Visits:
    """Visits of people who come back for a cart they left."""
    session = due.session | RETURNED
    return Visits(
        start=due.time,
        user=due.user,
        session=session,
        key=keys(seed, "session", session),
        person=person_keys(seed, due.user),
        aim=due.product,
        bought=due.bought,
    )


def crowd_of_day(
    regulars: Regulars,
    profile: Profile,
    clock: DayClock,
    is_open: Bools,
    *,
    seed: int,
    scale: float,
    opening: int,
    next_user: int,
) -> Crowd:
    """Who comes on the day: first visits fill up what regulars leave of the sessions expected."""
    rate = sessions_expected(profile, clock, seed=seed, scale=scale, opening=opening)
    today = of_the_day(
        regulars,
        profile.people,
        seed=seed,
        ordinal=clock.ordinal,
        mood=_mood(profile, clock, rate, seed, scale, opening),
        bins=shares_table(tuple(rate)),
    )
    rate = rate * is_open[:BINS]
    let_in = np.flatnonzero(is_open[today.bins])
    let_in = let_in[np.argsort(today.bins[let_in], kind="stable")]
    fresh_share = max(1 - len(let_in) / max(float(rate.sum()), 1e-9), _LEAST_FRESH)
    fresh = stream(seed, clock.ordinal, "first visits").poisson(rate * fresh_share)
    if next_user + int(fresh.sum()) > MOST_PEOPLE:
        day = date.fromordinal(clock.ordinal)
        raise EsynapseError(
            f"shop: more than {MOST_PEOPLE:,} people have come by {day}: simulate fewer days, or a"
            " smaller --scale"
        )
    return Crowd(
        clock=clock,
        seed=seed,
        today=today,
        regulars=today.comers.take(let_in),
        regular_bounds=_bounds(np.bincount(today.bins[let_in], minlength=BINS)),
        fresh_bounds=_bounds(fresh),
        first_user=next_user,
    )


def _mood(
    profile: Profile, clock: DayClock, rate: Floats, seed: int, scale: float, opening: int
) -> float:
    """How much today draws people, the shop's growth apart: that is of people, not of visits."""
    ordinal = int(clock.local_date[0])
    trend = level_of(profile, seed=seed, opening=opening, ordinal=ordinal).trend
    return float(rate.sum()) / (profile.traffic.sessions_per_day * scale * trend)


def _bounds(counts: Ints) -> Ints:
    return np.concatenate([[0], np.cumsum(counts)])
