"""When people come: the level of each date, and of each quarter hour in it."""

import math
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

import holidays
import numpy as np

from esynapse.shop.clock import BINS, DayClock
from esynapse.shop.columns import Floats
from esynapse.shop.profile import Campaign, Profile, Traffic
from esynapse.shop.streams import stream

_NOISE_DAYS = 24
"""How far back the noise remembers: 0.6 ** 24 is below a hundred-thousandth."""


class Level(NamedTuple):
    """What a date does to the shop, relative to an average one."""

    sessions: float
    """Without the trend."""
    trend: float
    buying: float


@lru_cache(maxsize=64)
def level_of(profile: Profile, *, seed: int, opening: int, ordinal: int) -> Level:
    """The level of the shop's date ``ordinal``: trend, season, weekday, holiday, payday, campaign,
    and noise that remembers yesterday's."""
    traffic, day = profile.traffic, date.fromordinal(ordinal)
    trend = np.exp(traffic.annual_growth * (ordinal - opening) / 365)
    sessions = float(_of_month(traffic, day))
    sessions *= traffic.weekday[day.weekday()] / float(np.mean(traffic.weekday))
    sessions *= traffic.payday_effect if _is_payday(traffic, day) else 1.0
    sessions *= traffic.holiday_effect if ordinal in _holidays(traffic.country, day.year) else 1.0
    for campaign in running_campaigns(profile, ordinal):
        sessions *= campaign.traffic
    sessions *= math.exp(noise(traffic, seed=seed, ordinal=ordinal))
    buying = traffic.weekday_of_buying[day.weekday()] / np.mean(traffic.weekday_of_buying)
    return Level(sessions, float(trend), float(buying))


def noise(traffic: Traffic, *, seed: int, ordinal: int) -> float:
    """A log-normal's exponent, autocorrelated as AR(1); its sd is ``traffic.daily_noise``."""
    memory, spread = traffic.noise_memory, traffic.daily_noise
    luck = [_luck(seed, ordinal - back) for back in range(_NOISE_DAYS)]
    weights = memory ** np.arange(_NOISE_DAYS)
    return float(spread * (luck @ weights) * np.sqrt(1 - memory**2) - spread**2 / 2)


def sessions_expected(
    profile: Profile, clock: DayClock, *, seed: int, scale: float, opening: int
) -> Floats:
    """Sessions expected to start in each quarter hour of the UTC day (96)."""
    traffic = profile.traffic
    dates, hours = clock.local_date[:BINS], clock.local_hour[:BINS]
    rate = by_hour(traffic.hours, hours) * traffic.sessions_per_day * scale / BINS
    for ordinal in np.unique(dates):
        level = level_of(profile, seed=seed, opening=opening, ordinal=int(ordinal))
        rate[dates == ordinal] *= level.sessions * level.trend
    return rate


def buying_by_bin(profile: Profile, clock: DayClock, *, seed: int, opening: int) -> Floats:
    """How readily visitors buy in each quarter hour of the two UTC days (192), about 1."""
    factor = by_hour(profile.traffic.hours_of_buying, clock.local_hour)
    for ordinal in np.unique(clock.local_date):
        level = level_of(profile, seed=seed, opening=opening, ordinal=int(ordinal))
        factor[clock.local_date == ordinal] *= level.buying
    return factor


def by_hour(curve: tuple[float, ...], hours: Floats) -> Floats:
    """A curve of 24 hours, smooth and with mean 1, at ``hours``."""
    values = np.array(curve)
    level: Floats = np.interp(hours, np.arange(24) + 0.5, values / values.mean(), period=24)
    return level


def running_campaigns(profile: Profile, ordinal: int) -> list[Campaign]:
    """The campaigns of the whole shop on a date."""
    day = date.fromordinal(ordinal)
    return [
        campaign
        for campaign in profile.campaigns
        if any(
            0 <= ordinal - first_day(campaign, year) < campaign.days
            for year in (day.year - 1, day.year)
        )
    ]


def first_day(campaign: Campaign, year: int) -> int:
    """Ordinal of a campaign's first day in ``year``."""
    if campaign.day:
        return date(year, campaign.month, campaign.day).toordinal()
    start = date(year, campaign.month, 1)
    ahead = (campaign.weekday - start.weekday()) % 7 + 7 * (campaign.nth - 1) + campaign.offset
    return (start + timedelta(days=ahead)).toordinal()


@lru_cache(maxsize=1024)
def _luck(seed: int, ordinal: int) -> float:
    return float(stream(seed, ordinal, "demand of the date").standard_normal())


def _of_month(traffic: Traffic, day: date) -> float:
    """The year's curve through the middles of the months."""
    months = np.array(traffic.months)
    position = (day.timetuple().tm_yday - 0.5) / 365.25 * 12
    return float(np.interp(position, np.arange(12) + 0.5, months / months.mean(), period=12))


def _is_payday(traffic: Traffic, day: date) -> bool:
    return any((day - timedelta(days=after)).day in traffic.paydays for after in range(3))


@lru_cache(maxsize=16)
def _holidays(country: str, year: int) -> frozenset[int]:
    return frozenset(day.toordinal() for day in holidays.country_holidays(country, years=year))
