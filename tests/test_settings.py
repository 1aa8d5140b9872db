"""Settings come from the command line, the environment and defaults, and say what is wrong."""

from pathlib import Path

import pytest

from esynapse.errors import EsynapseError
from esynapse.home import Home
from esynapse.settings import load_settings
from flows.up import environment


def test_an_override_beats_the_environment_which_beats_the_default(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ESYNAPSE_SCALE", "3")
    monkeypatch.setenv("ESYNAPSE_SEED", "5")
    settings = load_settings(seed=7, days=None)
    assert (settings.seed, settings.scale, settings.days) == (7, 3.0, 90)


@pytest.mark.parametrize(
    ("setting", "value"),
    [("days", 0), ("days", -3), ("scale", 0.0), ("timezone", "Mars/Phobos"), ("currency", "euro")],
)
def test_a_bad_value_is_one_line_with_its_name(setting: str, value: object) -> None:
    with pytest.raises(EsynapseError, match=setting) as caught:
        load_settings(**{setting: value})
    assert "\n" not in str(caught.value)
    assert repr(value) in str(caught.value)


@pytest.mark.parametrize(
    "name", ["ab1", "my-shop_1", "shop.example.com", f"{'a' * 63}.{'b' * 63}", "192.168.5.4a", ""]
)
def test_a_bucket_may_be_called_what_cloud_storage_takes(name: str) -> None:
    assert load_settings(bucket=name).bucket == name


@pytest.mark.parametrize(
    "name",
    [
        *("ab", "a" * 64, "Shop", "my shop", "-shop", "shop-", "a..b", "192.168.5.4"),
        *("goog-shop", "my-google-shop", "gs://shop", f"{'a.' * 111}b"),
    ],
)
def test_a_bucket_may_not_be_called_what_cloud_storage_refuses(name: str) -> None:
    with pytest.raises(EsynapseError, match="bucket: a bucket's name has 3 to 63"):
        load_settings(bucket=name)


def test_the_environment_is_read_anew_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ESYNAPSE_SEED", "1")
    assert load_settings().seed == 1
    monkeypatch.setenv("ESYNAPSE_SEED", "2")
    assert load_settings().seed == 2


@pytest.mark.parametrize(
    "chosen", [{}, {"campaigns": "sales.csv", "country": "DE", "bigquery_challenger": True}]
)
def test_what_a_child_is_told_makes_the_same_settings(
    chosen: dict[str, object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = load_settings(home=tmp_path, **chosen)
    for name, value in environment(settings, Home(tmp_path)).items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    assert load_settings() == settings
