"""The measures of accuracy."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from esynapse.forecasting.backtest import Window, loses, score

STEPS = hnp.arrays(np.float64, 10, elements=st.floats(0, 1e6).map(lambda x: round(x, 3)))


def _window(actual: list[float], values: list[float], **other: list[float]) -> Window:
    defaults = {"errors": [1.0] * len(actual), "naive": values, "changes": [1.0, -3.0]}
    arrays = {name: np.array(v, dtype=float) for name, v in (defaults | other).items()}
    return Window(np.array(actual, dtype=float), np.array(values, dtype=float), **arrays)


def test_the_scores_are_those_worked_out_by_hand() -> None:
    scores = score([_window([10, 20], [12, 19], naive=[10, 26])])
    assert scores.mase == pytest.approx((2 + 1) / 2 / 2)  # mean |change| is 2
    assert scores.naive_mase == pytest.approx((0 + 6) / 2 / 2)
    assert scores.rmsse == pytest.approx(np.sqrt((4 + 1) / 2 / 5))  # mean change² is 5
    assert scores.smape == pytest.approx((4 / 22 + 2 / 39) / 2)
    assert scores.bias == pytest.approx(1 / 30)
    assert scores.coverage_80 == 0.5  # misses of 2 and 1 against ±1.28
    assert scores.coverage_95 == 0.5  # against ±1.96
    assert not loses(scores)


def test_every_step_weighs_the_same_and_is_scaled_by_its_own_window() -> None:
    one = _window([10], [12], changes=[1.0])
    two = _window([10, 10], [14, 14], changes=[8.0])
    assert score([one, two]).mase == pytest.approx((2 + 0.5 + 0.5) / 3)


def test_a_model_that_errs_more_than_the_naive_loses_and_a_tie_does_not() -> None:
    assert loses(score([_window([10], [13], naive=[12])]))
    assert not loses(score([_window([10], [12], naive=[12])]))


def test_nothing_to_judge_by_gives_no_scores() -> None:
    for windows in ([], [_window([], [])]):
        scores = score(windows)
        assert set(scores) == {None}
        assert not loses(scores)


def test_a_series_that_never_changed_has_no_scaled_error() -> None:
    scores = score([_window([5, 5], [5, 5], changes=[0.0, 0.0])])
    assert (scores.mase, scores.naive_mase, scores.rmsse) == (None, None, None)
    assert (scores.smape, scores.coverage_80) == (0, 1)


def test_zero_sales_forecast_as_zero_are_no_error() -> None:
    scores = score([_window([0, 0], [0, 0])])
    assert scores.smape == 0
    assert scores.bias is None


def test_a_day_of_net_refunds_counts_as_covered_where_the_interval_reaches_zero() -> None:
    assert score([_window([-5], [1])]).coverage_80 == 1
    assert score([_window([-5], [9])]).coverage_80 == 0


@given(actual=STEPS, values=STEPS, naive=STEPS, changes=STEPS)
def test_scores_stay_in_their_ranges(
    actual: np.ndarray, values: np.ndarray, naive: np.ndarray, changes: np.ndarray
) -> None:
    scores = score([Window(actual, values, np.ones(10), naive, changes)])
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
    one = score([Window(actual, values, np.ones(10), values, changes)])
    other = score([Window(actual * factor, values * factor, np.ones(10), values, changes * factor)])
    assert other.mase == pytest.approx(one.mase)
    assert other.rmsse == pytest.approx(one.rmsse)
    assert other.smape == pytest.approx(one.smape)
