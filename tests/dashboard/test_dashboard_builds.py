"""What did not pass in the builds, by name."""

import pandas as pd

from dashboard.views.pipeline_builds import not_passed


def builds(**columns: list[str | None]) -> pd.DataFrame:
    days = pd.date_range("2026-03-01", periods=3)
    frame = pd.DataFrame({"health_date": days, **columns})
    return frame.astype(dict.fromkeys(columns, object))


def test_a_test_is_listed_once_with_its_days_and_the_newest_first() -> None:
    found = not_passed(
        builds(failed_nodes=["a, b", None, "a"], warned_tests=[None, "a", None]),
    )
    assert found[["outcome", "name", "days"]].to_numpy().tolist() == [
        ["🔴 failed", "a", 2],
        ["🟠 warned", "a", 1],
        ["🔴 failed", "b", 1],
    ]
    assert found["newest"].dt.day.tolist() == [3, 2, 1]


def test_where_everything_passed_nothing_is_listed() -> None:
    assert not_passed(builds(failed_nodes=[None] * 3, warned_tests=[None] * 3)).empty
