"""Who comes back, who is lost, and who buys."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from esynapse.shop import load_profile, open_shop, simulate_day
from esynapse.shop.columns import Ints
from esynapse.shop.people import (
    Orders,
    Regulars,
    after_the_day,
    browsers_among,
    of_the_day,
    opening_regulars,
    orders_of,
    person_keys,
    zeal,
)

TYPICAL = load_profile("typical")
PEOPLE = TYPICAL.people
BINS = np.zeros(8192, dtype=np.int64)


def regulars(size: int, bought: bool) -> Regulars:
    return Regulars.make(size, user=np.arange(size), bought=bought)


def visits(table: Regulars, days: int) -> Ints:
    """How often each of the regulars comes in ``days``, nobody leaving."""
    counts = np.zeros(len(table), dtype=np.int64)
    for ordinal in range(days):
        today = of_the_day(table, PEOPLE, seed=1, ordinal=ordinal, mood=1.0, bins=BINS)
        counts[today.comers.user] += 1
    return counts


def test_visit_rates_are_as_the_profile_says_and_people_differ() -> None:
    counts = visits(regulars(20_000, bought=True), 60)
    daily = 1 - (1 + PEOPLE.customer_visits_per_day / PEOPLE.customer_visit_shape) ** (
        -PEOPLE.customer_visit_shape
    )
    assert counts.mean() / 60 == pytest.approx(daily, rel=0.03)
    assert counts.var() > 1.4 * counts.mean(), "a common rate would give a Poisson's variance"


def test_browsers_may_leave_after_a_visit_and_everybody_fades() -> None:
    def lost(bought: bool) -> float:
        table = regulars(40_000, bought)
        today = of_the_day(table, PEOPLE, seed=1, ordinal=9, mood=1.0, bins=BINS)
        return float(np.mean(np.unpackbits(today.lost[0])[: len(table)]))

    fade = 1 / PEOPLE.fading_days
    assert lost(bought=True) == pytest.approx(fade, rel=0.3)
    visits_a_day = 0.3
    assert lost(bought=False) > fade + visits_a_day * PEOPLE.browser_leaves_after_visit * 0.5


@given(
    known=st.lists(st.integers(0, 60), unique=True, max_size=40),
    buyers=st.lists(st.integers(0, 60), max_size=20),
    fresh=st.integers(0, 30),
)
def test_tomorrows_regulars_are_todays_without_the_lost_and_with_those_who_join(
    known: list[int], buyers: list[int], fresh: int
) -> None:
    today_table = Regulars.make(len(known), user=sorted(known), bought=False)
    today = of_the_day(today_table, PEOPLE, seed=1, ordinal=9, mood=1.0, bins=BINS)
    newcomers = np.arange(61, 61 + fresh)
    browsers = browsers_among(newcomers, PEOPLE, 1)
    orders = orders_of(np.arange(len(buyers)), np.array(buyers, dtype=np.int64))
    tomorrow = after_the_day(today_table, today, browsers, orders, PEOPLE, 1)
    assert (np.diff(tomorrow.user.astype(np.int64)) > 0).all()
    customers = set(tomorrow.user[tomorrow.bought].tolist())
    assert customers <= set(buyers)
    lost = set()
    if known:
        gone = np.unpackbits(today.lost[0])[: len(known)].astype(bool)
        lost = set(today_table.user[gone].tolist())
    expected = (set(known) - lost - set(buyers)) | set(browsers.tolist())
    assert set(tomorrow.user.tolist()) - set(buyers) == expected - set(buyers)


def test_an_order_is_of_the_persons_first_session_of_the_day() -> None:
    found = orders_of(np.array([9, 4, 5, 4]), np.array([2, 1, 2, 1]))
    assert found == Orders(found.user, found.session)
    assert found.user.tolist() == [1, 2]
    assert found.session.tolist() == [4, 5]


def test_zeal_differs_between_people_and_is_1_on_average() -> None:
    found = zeal(PEOPLE, person_keys(1, np.arange(100_000)))
    assert found.mean() == pytest.approx(1, abs=0.02)
    assert np.log(found).std() == pytest.approx(PEOPLE.zeal_log_sd, rel=0.02)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["typical", "rees46"])
def test_the_shop_opens_with_the_people_it_has_in_the_long_run(name: str) -> None:
    state = open_shop(load_profile(name), seed=2, scale=0.2, opening_day=date(2026, 3, 2))
    counts = []
    for _ in range(45):
        counts.append(len(state.regulars))
        _, state, _ = simulate_day(state, state.next_day)
    assert counts[-1] == pytest.approx(counts[0], rel=0.10)


def test_opening_regulars_are_in_order_and_as_many_as_the_scale_says() -> None:
    one, ten = (opening_regulars(TYPICAL, seed=1, scale=scale) for scale in (0.1, 1.0))
    assert len(ten) == pytest.approx(10 * len(one), rel=0.05)
    assert (np.diff(ten.user.astype(np.int64)) > 0).all()
    assert 0.3 < ten.bought.mean() < 0.95
