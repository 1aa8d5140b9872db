"""The measures of accuracy."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from esynapse.forecasting.backtest import (
    NO_SCORES,
    Z80,
    Window,
    best,
    interval_scale,
    score,
)

STEPS = hnp.arrays(np.float64, 10, elements=st.floats(0, 1e6).map(lambda x: round(x, 3)))


def _window(actual: list[float], values: list[float], **other: list[float]) -> Window:
    defaults = {"errors": [1.0] * len(actual), "changes": [1.0, -3.0]}
    arrays = {name: np.array(v, dtype=float) for name, v in (defaults | other).items()}
    return Window(np.array(actual, dtype=float), np.array(values, dtype=float), **arrays)


def test_the_scores_are_those_worked_out_by_hand() -> None:
    scores = score([_window([10, 20], [12, 19])])
    assert scores.mase == pytest.approx((2 + 1) / 2 / 2)  # mean |change| is 2
    assert scores.rmsse == pytest.approx(np.sqrt((4 + 1) / 2 / 5))  # mean change² is 5
    assert scores.smape == pytest.approx((4 / 22 + 2 / 39) / 2)
    assert scores.bias == pytest.approx(1 / 30)
    assert scores.coverage_80 == 0.5  # misses of 2 and 1 against ±1.28
    assert scores.coverage_95 == 0.5  # against ±1.96


def test_every_step_weighs_the_same_and_is_scaled_by_its_own_window() -> None:
    one = _window([10], [12], changes=[1.0])
    two = _window([10, 10], [14, 14], changes=[8.0])
    assert score([one, two]).mase == pytest.approx((2 + 0.5 + 0.5) / 3)


def test_the_candidate_that_erred_least_is_the_best_and_the_first_of_equals() -> None:
    near, far = score([_window([10], [11])]), score([_window([10], [13])])
    assert best({"model": far, "naive": near}) == "naive"
    assert best({"model": near, "naive": near}) == "model"


def test_without_evidence_the_first_candidate_is_the_best() -> None:
    known = score([_window([10], [99])])
    assert best({"model": NO_SCORES, "naive": NO_SCORES}) == "model"
    assert best({"model": NO_SCORES, "naive": known}) == "naive"


def test_nothing_to_judge_by_gives_no_scores() -> None:
    for windows in ([], [_window([], [])]):
        scores = score(windows)
        assert set(scores) == {None}


def test_a_series_that_never_changed_has_no_scaled_error() -> None:
    scores = score([_window([5, 5], [5, 5], changes=[0.0, 0.0])])
    assert (scores.mase, scores.rmsse) == (None, None)
    assert (scores.smape, scores.coverage_80) == (0, 1)


def test_zero_sales_forecast_as_zero_are_no_error() -> None:
    scores = score([_window([0, 0], [0, 0])])
    assert scores.smape == 0
    assert scores.bias is None


def test_a_day_of_net_refunds_counts_as_covered_where_the_interval_reaches_zero() -> None:
    assert score([_window([-5], [1])]).coverage_80 == 1
    assert score([_window([-5], [9])]).coverage_80 == 0


@given(actual=STEPS, values=STEPS, changes=STEPS)
def test_scores_stay_in_their_ranges(
    actual: np.ndarray, values: np.ndarray, changes: np.ndarray
) -> None:
    scores = score([Window(actual, values, np.ones(10), changes)])
    assert scores.smape is not None
    assert 0 <= scores.smape <= 2
    assert scores.coverage_80 is not None
    assert scores.coverage_95 is not None
    assert 0 <= scores.coverage_80 <= scores.coverage_95 <= 1


@given(actual=STEPS, values=STEPS, factor=st.floats(0.01, 100))
def test_scaled_errors_do_not_depend_on_the_currency(
    actual: np.ndarray, values: np.ndarray, factor: float
) -> None:
    changes = np.array([1.0, 2.0])
    one = score([Window(actual, values, np.ones(10), changes)])
    other = score([Window(actual * factor, values * factor, np.ones(10), changes * factor)])
    assert other.mase == pytest.approx(one.mase)
    assert other.rmsse == pytest.approx(one.rmsse)
    assert other.smape == pytest.approx(one.smape)


@given(width=st.floats(0.05, 20), steps=st.integers(20, 200), seed=st.integers(0, 99))
def test_a_scaled_interval_holds_four_in_five_of_the_past(
    width: float, steps: int, seed: int
) -> None:
    actual = 1000 + np.random.default_rng(seed).normal(0, 10, steps)
    window = Window(actual, np.full(steps, 1000.0), np.full(steps, 10 * width), np.ones(3))
    scale = interval_scale([window])
    scaled = score([window._replace(errors=window.errors * scale)]).coverage_80
    assert scaled is not None
    assert abs(scaled - 0.8) <= 0.05 + 1e-9
    if abs((score([window]).coverage_80 or 0) - 0.8) <= 0.05:
        assert scale == 1


def test_an_interval_that_holds_about_four_in_five_stays_as_it_is() -> None:
    inside, outside = [Z80 * 0.9] * 16, [Z80 * 1.1] * 4
    assert interval_scale([_window([100 + e for e in inside + outside], [100.0] * 20)]) == 1


def test_too_little_evidence_scales_nothing() -> None:
    assert interval_scale([_window([100.0] * 19, [1.0] * 19)]) == 1
    assert interval_scale([_window([100.0] * 20, [1.0] * 20)]) > 1
    assert interval_scale([]) == 1


def test_an_interval_without_width_cannot_be_scaled() -> None:
    assert interval_scale([_window([9.0] * 20, [1.0] * 20, errors=[0.0] * 20)]) == 1
