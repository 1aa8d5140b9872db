"""When people come: seasons, weekdays, holidays, paydays, campaigns, and weather-like noise."""

from datetime import date, timedelta

import numpy as np
import pytest

from esynapse.shop import load_profile
from esynapse.shop.clock import BINS, day_clock
from esynapse.shop.seasons import (
    buying_by_bin,
    first_day,
    level_of,
    noise,
    running_campaigns,
    sessions_expected,
)

TYPICAL = load_profile("typical")
OPENING = date(2025, 1, 1).toordinal()


def sessions(day: date, seed: int = 3) -> float:
    return level_of(TYPICAL, seed=seed, opening=OPENING, ordinal=day.toordinal()).sessions


def average(days: list[date]) -> float:
    return float(np.mean([sessions(day, seed) for day in days for seed in range(20)]))


@pytest.mark.parametrize(
    ("year", "friday", "monday"),
    [(2024, (11, 29), (12, 2)), (2025, (11, 28), (12, 1)), (2026, (11, 27), (11, 30))],
)
def test_black_friday_follows_thanksgiving_and_cyber_monday_the_weekend(
    year: int, friday: tuple[int, int], monday: tuple[int, int]
) -> None:
    days = {campaign.name: first_day(campaign, year) for campaign in TYPICAL.campaigns}
    assert days["Black Friday"] == date(year, *friday).toordinal()
    assert days["Cyber Monday"] == date(year, *monday).toordinal()


def test_a_campaign_runs_its_days_and_draws_more_people() -> None:
    friday = date(2026, 11, 27)
    names = [
        [c.name for c in running_campaigns(TYPICAL, (friday + timedelta(days=n)).toordinal())]
        for n in (-1, 0, 2, 3, 4)
    ]
    assert names == [[], ["Black Friday"], ["Black Friday"], ["Cyber Monday"], []]
    assert sessions(friday) > 1.4 * sessions(friday - timedelta(days=7))


def test_a_campaign_that_starts_in_december_runs_into_the_new_year() -> None:
    late = TYPICAL.campaigns[0].model_copy(update={"month": 12, "day": 28, "days": 10})
    shop = TYPICAL.model_copy(update={"name": "late", "campaigns": (late,)})
    assert running_campaigns(shop, date(2027, 1, 3).toordinal()) == [late]


def test_the_weekday_the_month_paydays_and_holidays_show() -> None:
    mondays = [date(2026, 3, 9) + timedelta(weeks=n) for n in range(4)]
    saturdays = [day + timedelta(days=5) for day in mondays]
    assert average(mondays) / average(saturdays) == pytest.approx(1.04 / 0.96, rel=0.02)
    december = [date(2026, 12, day) for day in range(8, 15)]
    february = [date(2026, 2, day) for day in range(3, 10)]
    assert average(december) / average(february) == pytest.approx(1.13 / 0.94, rel=0.03)
    payday, plain = date(2026, 4, 15), date(2026, 4, 22)
    assert average([payday]) / average([plain]) == pytest.approx(1.03, rel=0.01)
    juneteenth, week_before = date(2026, 6, 19), date(2026, 6, 12)
    assert average([juneteenth]) / average([week_before]) == pytest.approx(0.93, rel=0.01)


def test_growth_is_in_the_trend_and_not_in_how_often_each_comes() -> None:
    levels = [
        level_of(TYPICAL, seed=3, opening=OPENING, ordinal=OPENING + 365 * years)
        for years in (0, 1, 2)
    ]
    trends = [level.trend for level in levels]
    assert np.diff(np.log(trends)) == pytest.approx([0.12, 0.12])


def test_noise_remembers_yesterday() -> None:
    series = np.array(
        [noise(TYPICAL.traffic, seed=8, ordinal=n) for n in range(OPENING, OPENING + 3000)]
    )
    assert series.std() == pytest.approx(0.035, rel=0.1)
    assert np.corrcoef(series[1:], series[:-1])[0, 1] == pytest.approx(0.6, abs=0.05)
    assert np.exp(series).mean() == pytest.approx(1.0, abs=0.005)


def test_the_day_has_the_shops_hours_whatever_its_zone() -> None:
    for zone in ("UTC", "America/New_York", "Asia/Kathmandu"):
        clock = day_clock(date(2026, 6, 3).toordinal(), zone)
        rate = sessions_expected(TYPICAL, clock, seed=1, scale=1.0, opening=OPENING)
        busiest = clock.local_hour[:BINS][rate.argmax()]
        assert 19 <= busiest <= 21
        assert rate.sum() == pytest.approx(TYPICAL.traffic.sessions_per_day, rel=0.3)


def test_buying_peaks_hours_before_views_do() -> None:
    clock = day_clock(date(2026, 6, 3).toordinal(), "UTC")
    buying = buying_by_bin(TYPICAL, clock, seed=1, opening=OPENING)
    assert 9 <= clock.local_hour[buying[:BINS].argmax()] <= 12
