"""Campaigns and holidays: what they do to a series is learnt where the past shows it."""

from datetime import date, timedelta

import numpy as np
import pytest

from esynapse.forecasting.occasions import Occasion, multipliers

START = date(2025, 1, 6)
FIRST = START.toordinal()


def _days(name: str, begin: int, length: int = 1) -> Occasion:
    first = START + timedelta(days=begin)
    return Occasion(name, first, first + timedelta(days=length - 1))


def _usual(days: int, noise: float = 0.05, seed: int = 1) -> np.ndarray:
    rng = np.random.default_rng(seed)
    week = 1 + 0.3 * np.sin(2 * np.pi * np.arange(days) / 7)
    return 1000 * week * np.exp(rng.normal(0, noise, days))


def test_a_campaign_that_doubled_sales_doubles_them_when_it_comes_again() -> None:
    y = _usual(400)
    y[100:103] *= 2
    sale = [_days("Sale", 100, 3), _days("Sale", 410, 3)]
    found = multipliers(y, FIRST, 30, sale)
    assert found.size == 430
    assert found[410:413] == pytest.approx(2, rel=0.1)
    assert found[100:103] == pytest.approx(found[410:413])
    assert (np.delete(found, [100, 101, 102, 410, 411, 412]) == 1).all()


def test_days_that_did_not_stand_out_have_no_effect() -> None:
    found = multipliers(_usual(400), FIRST, 30, [_days("Name day", 100), _days("Name day", 410)])
    assert (found == 1).all()


def test_an_occasion_whose_earlier_times_foretold_the_wrong_thing_is_left_out() -> None:
    y = _usual(400)
    y[50:53] *= 3
    y[200:203] /= 2
    fickle = [_days("Fickle", 50, 3), _days("Fickle", 200, 3), _days("Fickle", 405, 3)]
    assert (multipliers(y, FIRST, 30, fickle) == 1).all()


def test_an_occasion_never_seen_has_no_effect() -> None:
    assert (multipliers(_usual(90), FIRST, 30, [_days("Opening", 95, 2)]) == 1).all()


def test_a_day_on_which_the_shop_is_closed_is_forecast_near_zero() -> None:
    y = _usual(500)
    y[[60, 425]] = 0
    closed = [_days("Christmas", day) for day in (60, 425, 510)]
    assert multipliers(y, FIRST, 30, closed)[510] < 0.1


def test_what_two_names_share_is_not_counted_twice() -> None:
    y = _usual(500)
    y[60:62] *= 2
    y[425:427] *= 2
    days = [_days(n, d, 2) for n in ("Friday", "Holiday") for d in (60, 425, 505)]
    assert multipliers(y, FIRST, 30, days)[505:507] == pytest.approx(2, rel=0.15)


def test_the_noise_of_a_series_shrinks_an_effect() -> None:
    y = _usual(400, noise=0.0)
    y[100] *= 3
    sale = [_days("Sale", 100)]
    loud = y * np.exp(np.random.default_rng(3).normal(0, 0.25, 400))
    loud[100] = 3 * np.median(loud[100 + 7 * np.array([-4, -3, -2, -1, 1, 2, 3, 4])])
    calm, noisy = (multipliers(v, FIRST, 0, sale)[100] for v in (y, loud))
    assert calm == pytest.approx(3)
    assert 1.5 < noisy < 2.9


def test_nothing_after_the_history_is_looked_at_and_days_outside_it_are_ignored() -> None:
    outside = [_days("Old", -400, 5), _days("Late", 1000)]
    assert (multipliers(_usual(60), FIRST, 30, outside) == 1).all()


@pytest.mark.parametrize("y", [np.zeros(60), np.full(60, 5.0), -np.ones(60)])
def test_a_series_without_sales_or_without_change_is_no_trouble(y: np.ndarray) -> None:
    found = multipliers(y, FIRST, 30, [_days("Sale", 20, 3), _days("Sale", 70, 3)])
    assert (found == 1).all()


def test_where_hardly_a_day_can_be_judged_nothing_has_an_effect() -> None:
    y = np.zeros(90)
    y[[6, 13, 20, 27]] = 50.0  # a category that sells on four days, one of them a holiday
    found = multipliers(y, FIRST, 30, [_days("Holiday", 13), _days("Holiday", 95)])
    assert (found == 1).all()
