"""The same shop gives the same bytes, however its days are cut up."""

import tempfile
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from esynapse.errors import EsynapseError
from esynapse.shop import (
    ShopState,
    load_profile,
    open_shop,
    products_table,
    simulate_day,
    simulate_slices,
)
from esynapse.shop.identifiers import event_ids, session_ids, user_ids
from tests.laws import at_most
from tests.shop.conftest import CUTS, DAYS, History, all_sorts, simulate

OPENING = date(2026, 3, 27)
SHOPS = all_sorts()
slow_law = at_most(40)


def opened(seed: int = 7, scale: float = 0.03, timezone: str = "UTC") -> ShopState:
    profile = load_profile("typical")
    return open_shop(profile, seed=seed, scale=scale, opening_day=OPENING, timezone=timezone)


def file_of(state: ShopState) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "state.npz"
        state.save(path)
        return path.read_bytes()


@slow_law
@given(shop=SHOPS)
def test_the_same_shop_gives_the_same_events_the_same_truth_and_the_same_state(
    shop: History,
) -> None:
    again = simulate(shop.opening, DAYS)
    assert again.days == shop.days
    assert again.truth == shop.truth
    assert file_of(again.states[-1]) == file_of(shop.states[-1])


@slow_law
@given(shop=SHOPS, cuts=st.sampled_from(CUTS))
def test_however_a_day_is_sliced_its_events_and_the_state_after_it_are_the_same(
    shop: History, cuts: int
) -> None:
    sliced = simulate(shop.opening, DAYS, cuts)
    assert sliced.days == shop.days
    assert sliced.truth == shop.truth
    assert file_of(sliced.states[-1]) == file_of(shop.states[-1])


@slow_law
@given(shop=SHOPS, split=st.integers(0, DAYS))
def test_stopping_saving_and_starting_again_changes_nothing(shop: History, split: int) -> None:
    if shop.opening.profile.name == "busy":
        return  # a state's file names its profile, and this one has no file
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "state.npz"
        shop.states[split].save(path)
        rest = simulate(ShopState.load(path), DAYS - split) if split < DAYS else None
    if rest:
        assert rest.days == shop.days[split:]
        assert file_of(rest.states[-1]) == file_of(shop.states[-1])


@slow_law
@given(shop=SHOPS, day=st.integers(0, DAYS - 1))
def test_a_live_day_differs_from_a_backfilled_one_in_its_source_alone(
    shop: History, day: int
) -> None:
    live = simulate_day(shop.states[day], shop.states[day].next_day, source="live").events
    assert set(live["source"].to_pylist()) <= {"live"}
    assert live.drop_columns("source") == shop.days[day].drop_columns("source")


@slow_law
@given(seed=st.integers(0, 2**63 - 2))
def test_another_seed_gives_other_events_and_other_ids(seed: int) -> None:
    one, two = (simulate_day(opened(s, scale=0.003), OPENING).events for s in (seed, seed + 1))
    assert one != two
    assert not set(one["event_id"].to_pylist()) & set(two["event_id"].to_pylist())


@given(st.lists(st.integers(0, 2**40 - 1), min_size=2, max_size=50, unique=True), st.integers(0))
def test_ids_of_different_things_differ(numbers: list[int], seed: int) -> None:
    """Up to 2**40 events a day, 2**30 sessions a day and 2**35 users: no draw can collide."""
    time = np.full(1, 1_774_569_600_000_000)
    places = np.array(numbers)
    assert len({event_ids(time, seed, n)[0].as_py() for n in numbers}) == len(numbers)
    sessions = np.unique(places % 2**30)
    assert len(set(session_ids((20_000 << 32) + sessions, seed).to_pylist())) == len(sessions)
    users = np.unique(places % 2**35)
    assert len(set(user_ids(users).to_pylist())) == len(users)


@given(st.lists(st.integers(0, 10**9), min_size=2, max_size=30), st.integers(0, 10**9))
def test_event_ids_sort_as_the_events_do(steps: list[int], first: int) -> None:
    times = 1_774_569_600_000_000 + np.cumsum(np.array(steps))
    ids = event_ids(times, 7, first).to_pylist()
    assert ids == sorted(ids)


def test_the_slices_of_a_day_follow_on_from_one_another() -> None:
    state = opened()
    parts = list(simulate_slices(state, slices=8))
    assert [part.first for part in parts] == np.cumsum([0, *map(len, parts[:-1])]).tolist()
    assert [part.state is None for part in parts] == [True] * 7 + [False]
    assert all(len(part) == part.events().num_rows for part in parts)


def test_simulating_leaves_the_given_state_as_it_was() -> None:
    state = opened()
    before = file_of(state)
    simulate_day(state, OPENING)
    assert file_of(state) == before


def test_a_day_other_than_the_next_is_refused() -> None:
    with pytest.raises(EsynapseError, match="next day to simulate is 2026-03-27, not 2026-03-28"):
        simulate_day(opened(), OPENING + timedelta(days=1))


def test_an_unknown_profile_is_refused_and_the_known_ones_are_named() -> None:
    with pytest.raises(EsynapseError, match=r"'atypical' is unknown, use one of: .*typical"):
        load_profile("atypical")


@pytest.mark.parametrize(
    ("knob", "value", "message"),
    [("seed", -1, "seed"), ("scale", 0.0, "scale"), ("timezone", "Mars/Olympus", "IANA")],
)
def test_a_knob_out_of_range_is_refused_in_one_line(knob: str, value: object, message: str) -> None:
    with pytest.raises(EsynapseError, match=message) as refusal:
        opened(**{knob: value})  # type: ignore[arg-type]
    assert "\n" not in str(refusal.value)


def test_a_number_of_slices_that_cuts_a_quarter_hour_is_refused() -> None:
    with pytest.raises(EsynapseError, match="slices: 7 do not cut a day at quarter hours"):
        next(simulate_slices(opened(), slices=7))


def test_a_damaged_a_missing_an_older_and_a_newer_state_file_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "state.npz"
    with pytest.raises(EsynapseError, match="no state"):
        ShopState.load(path)
    opened().save(path)
    path.write_bytes(path.read_bytes()[:-1000])
    with pytest.raises(EsynapseError, match="damaged"):
        ShopState.load(path)
    np.savez(path, identity=np.array('{"format": 99}'))
    with pytest.raises(EsynapseError, match=r"format 99, .* update ESynapse"):
        ShopState.load(path)
    np.savez(path, identity=np.array('{"format": 1}'))
    with pytest.raises(EsynapseError, match=r"format 1, .* another --home"):
        ShopState.load(path)


def test_saving_leaves_nothing_but_the_state_file(tmp_path: Path) -> None:
    opened().save(tmp_path / "state.npz")
    assert [path.name for path in tmp_path.iterdir()] == ["state.npz"]


def test_a_loaded_state_shows_the_same_products(tmp_path: Path) -> None:
    state = simulate_day(opened(), OPENING).state
    state.save(tmp_path / "state.npz")
    assert products_table(ShopState.load(tmp_path / "state.npz")) == products_table(state)


def test_a_large_day_is_cut_into_slices_and_a_small_one_is_not() -> None:
    def slices(scale: float) -> int:
        return sum(1 for _ in simulate_slices(opened(scale=scale)))

    assert slices(0.1) == 1
    assert slices(12.0) == 2


def test_tables_are_equal_only_if_their_rows_are() -> None:
    """What the laws above rest on."""
    assert pa.table({"a": [1]}) != pa.table({"a": [2]})
