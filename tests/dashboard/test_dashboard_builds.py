"""What did not pass in the builds, by name."""

from datetime import UTC, date, datetime

import pandas as pd

from dashboard import charts
from dashboard.views.pipeline_builds import STRIP_DAYS, by_day, not_passed


def builds(**columns: list[str | None]) -> pd.DataFrame:
    days = pd.date_range("2026-03-01", periods=3)
    frame = pd.DataFrame({"health_date": days, **columns})
    return frame.astype(dict.fromkeys(columns, object))


def test_a_test_is_listed_once_with_its_days_and_the_newest_first() -> None:
    found = not_passed(
        builds(failed_nodes=["a, b", None, "a"], warned_tests=[None, "a", None]),
    )
    assert found[["outcome", "name", "days"]].to_numpy().tolist() == [
        ["✕ failed", "a", 2],
        ["● warned", "a", 1],
        ["✕ failed", "b", 1],
    ]
    assert found["newest"].dt.day.tolist() == [3, 2, 1]


def test_where_everything_passed_nothing_is_listed() -> None:
    assert not_passed(builds(failed_nodes=[None] * 3, warned_tests=[None] * 3)).empty


UNKNOWN = {"last_build": None, "last_build_at": None}


def health(green: list[int], builds: list[int]) -> pd.DataFrame:
    frame = pd.DataFrame({"health_date": pd.date_range("2026-03-01", periods=len(builds))})
    return frame.assign(builds=builds, green_builds=green, failed_nodes=None)


def test_each_of_the_last_days_has_a_cell_for_how_its_builds_ended() -> None:
    strip = by_day(health([2, 1, 0, 0], [2, 3, 4, 0]), UNKNOWN, date(2026, 3, 5))
    assert len(strip) == STRIP_DAYS
    assert strip["day"].iloc[-1] == pd.Timestamp("2026-03-05")
    assert strip["outcome"].tail(6).tolist() == ["none", "green", "both", "red", "none", "none"]
    assert strip["red"].sum() == 6


def test_the_newest_build_counts_although_the_marts_do_not_know_it_yet() -> None:
    ended = datetime(2026, 3, 2, 23, 59, tzinfo=UTC)
    for status, outcome in (("red", "both"), ("green", "green")):
        newest = {"last_build": status, "last_build_at": ended}
        strip = by_day(health([1, 1], [1, 1]), newest, date(2026, 3, 1))
        assert strip["day"].iloc[-1] == pd.Timestamp("2026-03-02")
        assert strip["builds"].tail(2).tolist() == [1, 2]
        assert strip["outcome"].iloc[-1] == outcome


def test_a_cell_is_told_by_a_sign_and_not_by_its_colour_alone() -> None:
    strip = by_day(health([1, 0, 1], [1, 1, 2]), UNKNOWN, date(2026, 3, 3))
    spec = charts.build_strip(strip).to_dict()
    cells = spec["datasets"][spec["data"]["name"]]
    assert [cell["sign"] for cell in cells[-3:]] == ["✓", "✕", "!"]
