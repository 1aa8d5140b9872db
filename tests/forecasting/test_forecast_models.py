"""The models one by one, and how they are averaged."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from esynapse.forecasting.models import (
    Prediction,
    combine,
    daily_ensemble,
    hourly_ensemble,
    seasonal_average,
    seasonal_naive,
)

SERIES = hnp.arrays(np.float64, st.integers(7, 60), elements=st.floats(0, 1e9))
FALLBACK = Prediction("fallback", np.full(3, 7.0), np.full(3, 2.0))


@given(y=SERIES, horizon=st.integers(1, 40))
def test_the_seasonal_naive_repeats_the_last_season(y: np.ndarray, horizon: int) -> None:
    prediction = seasonal_naive(y, horizon, 7)
    expected = [y[-7:][step % 7] for step in range(horizon)]
    assert prediction.values.tolist() == expected
    assert (np.diff(prediction.errors) >= 0).all()


@given(pattern=hnp.arrays(np.float64, 168, elements=st.floats(0, 1e6)), weeks=st.integers(2, 6))
def test_the_seasonal_average_of_a_repeating_week_is_that_week(
    pattern: np.ndarray, weeks: int
) -> None:
    prediction = seasonal_average(np.tile(pattern, weeks), 200, 168, min(4, weeks - 1))
    np.testing.assert_allclose(prediction.values, np.resize(pattern, 200), atol=1e-6)
    np.testing.assert_allclose(prediction.errors, 0, atol=1e-6)


def test_the_seasonal_average_errs_less_at_hours_that_vary_less() -> None:
    rng = np.random.default_rng(5)
    loudness = np.where(np.arange(168 * 8) % 24 < 8, 1.0, 50.0)
    prediction = seasonal_average(100 + loudness * rng.normal(size=168 * 8), 24, 168, 4)
    assert prediction.errors[:8].max() < 3
    assert prediction.errors[8:].min() > 30


@pytest.mark.parametrize("days", [14, 21, 60])
@pytest.mark.parametrize(
    "shape", ["zeros", "constant", "one spike", "sparse", "trend", "explosion", "negative"]
)
def test_the_daily_ensemble_stays_sane_on_ugly_series(shape: str, days: int) -> None:
    rng = np.random.default_rng(days)
    t = np.arange(days)
    y = {
        "zeros": np.zeros(days),
        "constant": np.full(days, 5.0),
        "one spike": np.where(t == days // 2, 1e4, 0.0),
        "sparse": np.where(rng.random(days) < 0.1, 50.0, 0.0),
        "trend": 10.0 * t,
        "explosion": np.exp(0.2 * t),
        "negative": rng.normal(0, 100, days),
    }[shape]
    prediction = daily_ensemble(y, 30)
    assert np.isfinite(prediction.values).all()
    assert np.isfinite(prediction.errors).all()
    assert (prediction.errors >= 0).all()
    assert np.abs(prediction.values).max() <= 5 * np.abs(y).max()


@pytest.mark.parametrize("hours", [336, 500, 900])
def test_the_hourly_ensemble_stays_sane_from_two_weeks_on(hours: int) -> None:
    t = np.arange(hours)
    y = np.maximum(0, 50 * np.sin(2 * np.pi * t / 24)) * (t % 168 < 120)
    prediction = hourly_ensemble(y, 168)
    assert np.isfinite(prediction.values).all()
    assert np.isfinite(prediction.errors).all()
    assert prediction.model.startswith("mean(mean(")
    assert " by hour, SeasonalWindowAverage(168, " in prediction.model


def test_a_member_that_runs_away_is_left_out_and_the_name_says_so() -> None:
    ones = np.ones(3)
    members = {"calm": (ones, ones), "wild": (ones * 51, ones), "broken": (ones * np.nan, None)}
    prediction = combine(members, np.array([10.0]), FALLBACK)
    assert prediction.model == "mean(calm)"
    assert prediction.values.tolist() == [1, 1, 1]


def test_the_fallback_serves_where_every_member_ran_away() -> None:
    members = {"wild": (np.full(3, 51.0), np.ones(3))}
    assert combine(members, np.array([10.0]), FALLBACK) is FALLBACK


def test_members_without_errors_take_those_of_the_others() -> None:
    ones = np.ones(3)
    both = combine({"a": (ones, ones * 4), "b": (ones, None)}, np.array([10.0]), FALLBACK)
    assert both.errors.tolist() == [4, 4, 4]
    alone = combine({"b": (ones, None)}, np.array([10.0]), FALLBACK)
    assert alone.errors.tolist() == FALLBACK.errors.tolist()


def test_members_that_disagree_widen_the_interval() -> None:
    ones = np.ones(3)
    members = {"a": (ones, ones * 4), "b": (ones * 7, ones * 4)}
    prediction = combine(members, np.array([10.0]), FALLBACK)
    assert prediction.values.tolist() == [4, 4, 4]
    assert prediction.errors.tolist() == [5, 5, 5]


def test_a_weekday_on_which_the_shop_is_closed_is_forecast_closed() -> None:
    rng = np.random.default_rng(3)
    y = np.where(np.arange(84) % 7 == 6, 0.0, 1000 * np.exp(rng.normal(0, 0.2, 84)))
    ahead = np.maximum(daily_ensemble(y, 28).values, 0)
    closed = np.arange(28) % 7 == 6
    assert ahead[closed].max() < 0.03 * ahead[~closed].min()


def test_half_a_year_is_enough() -> None:
    y = 1000 + 100 * np.random.default_rng(2).normal(size=400)
    unlike = np.r_[np.full(200, 1e7), y[200:]]
    np.testing.assert_array_equal(daily_ensemble(y, 30).values, daily_ensemble(unlike, 30).values)


def test_growth_by_a_factor_goes_on_by_the_factor() -> None:
    y = 100 * 1.01 ** np.arange(120.0) * (1 + 0.5 * (np.arange(120) % 7 == 5))
    ahead = daily_ensemble(y, 28).values
    weekly = ahead.reshape(4, 7).sum(axis=1)
    assert weekly[-1] / weekly[0] == pytest.approx(1.01**21, rel=0.1)


def test_a_day_is_laid_out_by_the_hours_of_the_last_weeks() -> None:
    shape = np.r_[np.zeros(8), np.arange(1.0, 17.0)]
    y = np.tile(shape, 42) * np.repeat(1 + 0.2 * (np.arange(42) % 7 == 3), 24)
    prediction = hourly_ensemble(y, 168)
    np.testing.assert_allclose(prediction.values, y[:168], rtol=0.02)
    assert (prediction.values.reshape(7, 24)[:, :8] == 0).all()
