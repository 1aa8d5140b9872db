"""What a series and its forecast are made of."""

import numpy as np
import pytest

from esynapse.forecasting.decompose import judge, parts_of_forecast, parts_of_history
from esynapse.forecasting.granularity import DAILY, HOURLY, Granularity

pytestmark = pytest.mark.slow


def _series(granularity: Granularity, seasons: int, seed: int = 1) -> np.ndarray:
    steps = np.arange(seasons * granularity.season)
    noise = np.random.default_rng(seed).normal(0, 10, steps.size)
    week = 200 * np.sin(2 * np.pi * steps / granularity.season)
    day = 100 * np.sin(2 * np.pi * steps / granularity.day) if granularity.day > 1 else 0.0
    return 1000 + steps * 0.1 + week + day + noise


@pytest.mark.parametrize("granularity", [DAILY, HOURLY], ids=lambda g: g.name)
@pytest.mark.parametrize("seasons", [1, 2, 6])
def test_the_parts_add_up_to_the_past_and_to_the_forecast(
    granularity: Granularity, seasons: int
) -> None:
    y = _series(granularity, seasons)
    multipliers = np.ones(y.size)
    multipliers[5] = 1.5
    past = parts_of_history(granularity, y, multipliers)
    np.testing.assert_allclose(past.value, y)
    assert past.occasions[5] == pytest.approx(y[5] / 3)
    assert np.delete(past.occasions, 5) == pytest.approx(0)
    values = np.linspace(900, 1300, 30)
    ahead = parts_of_forecast(granularity, past, values, np.repeat([1, 2, 1], 10))
    np.testing.assert_allclose(ahead.value, values)
    np.testing.assert_allclose(ahead.occasions[10:20], values[10:20] / 2)
    assert (ahead.residual == 0).all()


def test_a_weekly_pattern_is_found_and_goes_on() -> None:
    y = _series(DAILY, 12)
    past = parts_of_history(DAILY, y, np.ones(y.size))
    week = 200 * np.sin(2 * np.pi * np.arange(14) / 7)
    np.testing.assert_allclose(past.weekly[-14:], week, atol=25)
    short = parts_of_forecast(DAILY, past, np.full(10, 1000.0), np.ones(10))
    np.testing.assert_allclose(short.weekly, np.resize(past.weekly[-7:], 10))


def test_the_week_of_a_forecast_is_its_own_and_its_trend_has_none() -> None:
    y = _series(DAILY, 12)
    past = parts_of_history(DAILY, y, np.ones(y.size))
    steps = np.arange(30)
    week = 50 * (steps % 7 == 2) - 50 / 7
    ahead = parts_of_forecast(DAILY, past, 900 + 3 * steps + week, np.ones(30))
    np.testing.assert_allclose(ahead.weekly, week, atol=1e-9)
    np.testing.assert_allclose(ahead.trend, 900 + 3 * steps)


def test_hours_have_a_daily_and_a_weekly_pattern() -> None:
    y = _series(HOURLY, 4)
    past = parts_of_history(HOURLY, y, np.ones(y.size))
    day = 100 * np.sin(2 * np.pi * np.arange(24) / 24)
    np.testing.assert_allclose(past.daily[-24:], day, atol=40)
    assert past.weekly.std() == pytest.approx(200 / np.sqrt(2), rel=0.2)


def test_a_day_that_stands_out_is_judged_an_anomaly_and_few_others_are() -> None:
    y = _series(DAILY, 20)
    y[70] += 200
    past = parts_of_history(DAILY, y, np.ones(y.size))
    judgement = judge(DAILY, past)
    assert judgement.is_anomaly[70]
    assert judgement.is_anomaly.sum() <= 1 + 0.03 * y.size
    assert y[70] > judgement.upper[70]
    inside = (judgement.lower <= y) & (y <= judgement.upper)
    np.testing.assert_array_equal(inside, ~judgement.is_anomaly)


def test_a_day_that_a_campaign_explains_is_no_anomaly() -> None:
    y = _series(DAILY, 20)
    y[70] *= 2
    multipliers = np.ones(y.size)
    multipliers[70] = 2
    past = parts_of_history(DAILY, y, multipliers)
    assert not judge(DAILY, past).is_anomaly[70]


def test_a_series_that_never_varies_has_no_anomaly() -> None:
    past = parts_of_history(DAILY, np.full(60, 5.0), np.ones(60))
    judgement = judge(DAILY, past)
    assert not judgement.is_anomaly.any()
