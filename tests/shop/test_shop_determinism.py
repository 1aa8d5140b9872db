"""The same shop gives the same bytes, however its days are cut up."""

import tempfile
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from esynapse.errors import EsynapseError
from esynapse.shop import ShopState, load_profile, open_shop, products_table, simulate_day

OPENING = date(2026, 3, 27)
DAYS = 5


def opened(seed: int = 7, scale: float = 0.03, timezone: str = "UTC") -> ShopState:
    profile = load_profile("typical")
    return open_shop(profile, seed=seed, scale=scale, opening_day=OPENING, timezone=timezone)


def run(state: ShopState, days: int) -> tuple[list[pa.Table], ShopState]:
    tables = []
    for _ in range(days):
        events, state, _ = simulate_day(state, state.next_day)
        tables.append(events)
    return tables, state


def file_of(state: ShopState, folder: Path) -> bytes:
    state.save(folder / "state.npz")
    return (folder / "state.npz").read_bytes()


@pytest.fixture(scope="module")
def whole() -> tuple[list[pa.Table], ShopState]:
    return run(opened(timezone="Europe/Berlin"), DAYS)


def test_the_same_seed_gives_the_same_events_and_the_same_state(tmp_path, whole):
    tables, state = run(opened(timezone="Europe/Berlin"), DAYS)
    assert tables == whole[0]
    assert file_of(state, tmp_path) == file_of(whole[1], tmp_path)


def test_another_seed_gives_other_events_and_other_ids():
    one, two = (simulate_day(opened(seed), OPENING).events for seed in (1, 2))
    assert one != two
    assert not set(one["event_id"].to_pylist()) & set(two["event_id"].to_pylist())


@settings(max_examples=4, deadline=None)
@given(split=st.integers(0, DAYS))
def test_stopping_saving_and_starting_again_changes_nothing(whole, split):
    with tempfile.TemporaryDirectory() as folder:
        before, state = run(opened(timezone="Europe/Berlin"), split)
        state.save(Path(folder) / "state.npz")
        after, end = run(ShopState.load(Path(folder) / "state.npz"), DAYS - split)
        assert before + after == whole[0]
        assert file_of(end, Path(folder)) == file_of(whole[1], Path(folder))


def test_a_live_day_differs_from_a_backfilled_one_in_its_source_alone():
    state = opened()
    backfilled = simulate_day(state, OPENING).events
    live = simulate_day(state, OPENING, source="live").events
    assert set(live["source"].to_pylist()) == {"live"}
    assert live.drop_columns("source") == backfilled.drop_columns("source")


def test_simulating_leaves_the_given_state_as_it_was(tmp_path):
    state = opened()
    before = file_of(state, tmp_path)
    simulate_day(state, OPENING)
    assert file_of(state, tmp_path) == before


def test_a_day_other_than_the_next_is_refused():
    with pytest.raises(EsynapseError, match="next day to simulate is 2026-03-27, not 2026-03-28"):
        simulate_day(opened(), OPENING + timedelta(days=1))


def test_an_unknown_profile_is_refused_and_the_known_ones_are_named():
    with pytest.raises(EsynapseError, match=r"'atypical' is unknown, use one of: .*typical"):
        load_profile("atypical")


@pytest.mark.parametrize(
    ("knob", "value", "message"),
    [("seed", -1, "seed"), ("scale", 0.0, "scale"), ("timezone", "Mars/Olympus", "IANA")],
)
def test_a_knob_out_of_range_is_refused_in_one_line(knob, value, message):
    with pytest.raises(EsynapseError, match=message) as refusal:
        opened(**{knob: value})
    assert "\n" not in str(refusal.value)


def test_a_damaged_a_missing_and_a_foreign_state_file_are_refused(tmp_path):
    path = tmp_path / "state.npz"
    with pytest.raises(EsynapseError, match="no state"):
        ShopState.load(path)
    opened().save(path)
    path.write_bytes(path.read_bytes()[:-1000])
    with pytest.raises(EsynapseError, match="damaged"):
        ShopState.load(path)
    np.savez(path, identity=np.array('{"format": 99}'))
    with pytest.raises(EsynapseError, match="format 99"):
        ShopState.load(path)


def test_saving_leaves_nothing_but_the_state_file(tmp_path):
    opened().save(tmp_path / "state.npz")
    assert [path.name for path in tmp_path.iterdir()] == ["state.npz"]


def test_a_loaded_state_shows_the_same_products(tmp_path, whole):
    whole[1].save(tmp_path / "state.npz")
    assert products_table(ShopState.load(tmp_path / "state.npz")) == products_table(whole[1])
