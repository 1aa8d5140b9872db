"""The days that the shop knows beforehand to be unlike others: its campaigns, public holidays."""

import csv
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from pathlib import Path

import holidays

from esynapse.errors import EsynapseError
from esynapse.forecasting import Occasion
from esynapse.home import open_home, read_json
from esynapse.settings import Settings
from esynapse.shop import Profile, load_profile
from esynapse.shop.seasons import first_day

COLUMNS = ["name", "first_date", "last_date"]


def known_occasions(settings: Settings, first: date, last: date) -> list[Occasion]:
    """Occasions from ``first`` to ``last``: those of ``settings.campaigns`` and of the simulated
    shop, then the public holidays of ``settings.country`` (of the shop's, where that is not set).

    Raises:
        EsynapseError: the file of campaigns cannot be read, a row of it is wrong, or nobody knows
            the country's holidays.
    """
    years = range(first.year - 1, last.year + 2)
    profile = _simulated(settings)
    found = list(_of_file(settings.campaigns)) if settings.campaigns else []
    country = settings.country
    if profile:
        found += campaigns_of(profile, years)
        country = country or profile.traffic.country
    if country:
        found += public_holidays(country, years)
    return [occasion for occasion in found if occasion.last >= first and occasion.first <= last]


def _simulated(settings: Settings) -> Profile | None:
    """The profile of the shop that the home simulates, if it simulates one."""
    if settings.target != "local":
        return None
    identity = open_home(settings.home).shop / "shop.json"
    return load_profile(read_json(identity)["profile"]) if identity.exists() else None


def campaigns_of(profile: Profile, years: Iterable[int]) -> Iterator[Occasion]:
    """The campaigns of a simulated shop that begin in ``years``."""
    for campaign in profile.campaigns:
        for year in years:
            begin = date.fromordinal(first_day(campaign, year))
            yield Occasion(campaign.name, begin, begin + timedelta(days=campaign.days - 1))


def public_holidays(country: str, years: Iterable[int]) -> Iterator[Occasion]:
    """Those of a country (ISO 3166), in order of their days.

    Raises:
        EsynapseError: nobody knows them.
    """
    try:
        found = holidays.country_holidays(country, years=years)
    except NotImplementedError:
        raise EsynapseError(
            f"country: no holidays of {country!r} are known; unset it, or list them as campaigns"
        ) from None
    for day, name in sorted(found.items()):
        yield Occasion(name, day, day)


def _of_file(path: Path) -> Iterator[Occasion]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file, strict=True)
            if rows.fieldnames != COLUMNS:
                raise EsynapseError(f"{path}: the first line must be {','.join(COLUMNS)}")
            yield from (_row(row, f"{path}, line {rows.line_num}") for row in rows)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise EsynapseError(f"the campaigns in {path} cannot be read: {error}") from None


def _row(row: dict[str, str], where: str) -> Occasion:
    try:
        begin, end = (date.fromisoformat(row[name]) for name in COLUMNS[1:])
    except (TypeError, ValueError):
        raise EsynapseError(
            f"{where}: dates are written as 2026-11-27 (got {row['first_date']!r}, "
            f"{row['last_date']!r})"
        ) from None
    if not row["name"] or end < begin:
        raise EsynapseError(f"{where}: a campaign has a name, and ends no earlier than it begins")
    return Occasion(row["name"], begin, end)
