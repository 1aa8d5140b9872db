"""Which days the shop knows beforehand to be unlike others."""

from datetime import date
from pathlib import Path

import pytest

from esynapse.errors import EsynapseError
from esynapse.forecasting import Occasion
from esynapse.home import open_home, write_json
from esynapse.pipeline.occasions import known_occasions
from esynapse.settings import Settings, load_settings

FIRST, LAST = date(2026, 9, 1), date(2026, 12, 31)


def _settings(folder: Path, **other: object) -> Settings:
    return load_settings(home=folder / "home", **other)


def _campaigns(folder: Path, text: str) -> Path:
    path = folder / "campaigns.csv"
    path.write_text(text)
    return path


def test_a_simulated_shop_knows_its_campaigns_and_its_countrys_holidays(tmp_path: Path) -> None:
    settings = _settings(tmp_path)
    write_json(open_home(settings.home).shop / "shop.json", {"profile": "typical"})
    found = known_occasions(settings, FIRST, LAST)
    assert Occasion("Black Friday", date(2026, 11, 27), date(2026, 11, 29)) in found
    assert Occasion("Cyber Monday", date(2026, 11, 30), date(2026, 11, 30)) in found
    assert Occasion("Christmas Day", date(2026, 12, 25), date(2026, 12, 25)) in found
    assert {o.name for o in found}.isdisjoint({"Summer sale", "Independence Day"})


def test_what_began_before_the_first_day_and_goes_on_is_known(tmp_path: Path) -> None:
    settings = _settings(tmp_path)
    write_json(open_home(settings.home).shop / "shop.json", {"profile": "typical"})
    (sale,) = known_occasions(settings, date(2026, 7, 6), date(2026, 7, 9))
    assert sale == Occasion("Summer sale", date(2026, 6, 25), date(2026, 7, 8))


def test_a_shop_of_ones_own_has_the_campaigns_of_its_file_and_the_holidays_of_its_country(
    tmp_path: Path,
) -> None:
    path = _campaigns(
        tmp_path,
        "name,first_date,last_date\nAutumn,2026-10-01,2026-10-04\nOld,2020-01-01,2020-01-02\n",
    )
    found = known_occasions(_settings(tmp_path, campaigns=path, country="DE"), FIRST, LAST)
    assert found[0] == Occasion("Autumn", date(2026, 10, 1), date(2026, 10, 4))
    assert [o.first for o in found[1:]] == [
        date(2026, 10, 3),
        date(2026, 12, 25),
        date(2026, 12, 26),
    ]


def test_without_a_shop_a_file_or_a_country_nothing_is_known(tmp_path: Path) -> None:
    assert known_occasions(_settings(tmp_path), FIRST, LAST) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name,from,to\n", r"campaigns\.csv: the first line must be name,first_date,last_date"),
        ("name,first_date,last_date\nA,27.11.2026,x\n", r"line 2: dates are written as 2026-11-27"),
        ("name,first_date,last_date\nA,2026-11-27\n", r"line 2: dates are written as 2026-11-27"),
        ("name,first_date,last_date\nA,2026-11-28,2026-11-27\n", r"line 2: .*no earlier than"),
        ("name,first_date,last_date\n,2026-11-27,2026-11-27\n", r"line 2: a campaign has a name"),
    ],
)
def test_a_wrong_file_of_campaigns_is_refused_in_one_line(
    tmp_path: Path, text: str, message: str
) -> None:
    settings = _settings(tmp_path, campaigns=_campaigns(tmp_path, text))
    with pytest.raises(EsynapseError, match=message) as caught:
        known_occasions(settings, FIRST, LAST)
    assert "\n" not in str(caught.value)


def test_a_missing_file_and_an_unknown_country_are_refused(tmp_path: Path) -> None:
    with pytest.raises(EsynapseError, match=r"the campaigns in .* cannot be read"):
        known_occasions(_settings(tmp_path, campaigns=tmp_path / "none.csv"), FIRST, LAST)
    with pytest.raises(EsynapseError, match="no holidays of 'XQ' are known"):
        known_occasions(_settings(tmp_path, country="XQ"), FIRST, LAST)
    with pytest.raises(EsynapseError, match="country"):
        load_settings(country="Germany")
