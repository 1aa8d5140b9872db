"""`esynapse bench forecast` scores as its definitions say, and lets nobody see the future."""

from importlib.util import find_spec
from itertools import pairwise

import numpy as np
import pytest

from flows.bench.forecast_cases import SETTINGS, cases
from flows.bench.forecast_data import HORIZON, Granularity, History, Key
from flows.bench.forecast_rivals import NO_PROPHET, Ahead, naive
from flows.bench.forecast_scores import (
    Outcome,
    coverage,
    cutoffs,
    geometric_mean,
    mase,
    ratios,
    try_rival,
)
from flows.bench.measure import run_measured
from flows.cli import main


def history(values: np.ndarray, granularity: Granularity = "daily") -> History:
    keys = tuple(Key("orders", f"category:{row}") for row in range(len(values)))
    labels = tuple(f"row {row}" for row in range(len(values)))
    return History("test", granularity, keys, labels, values.astype(float), 20_000)


def outcome(rival: str, mase: float, *, series: str = "a", covered: float | None = None) -> Outcome:
    return Outcome(series, "90 days", 90, rival, mase, covered, 1.0)


def test_the_error_is_scaled_by_the_naive_within_what_was_seen() -> None:
    seen = np.array([10.0, 20, 30, 12, 18, 33])  # changes of a season of 3: 2, -2, 3
    assert mase(np.array([5.0, 7]), np.array([6.0, 4]), seen, 3) == pytest.approx(2 / (7 / 3))
    assert mase(np.array([5.0]), np.array([6.0]), np.array([1.0, 2, 1, 2]), 2) is None


def test_coverage_counts_the_bounds_and_takes_net_refunds_for_no_trade() -> None:
    actual = np.array([1.0, 2, 3, -4, -4])
    lower, upper = np.array([1.0, 0, 0, 0, 1]), np.array([2.0, 2, 2.9, 1, 2])
    assert coverage(actual, lower, upper) == pytest.approx(3 / 5)


def test_a_ratio_is_that_of_the_mean_errors_over_the_cutoffs() -> None:
    found = [
        *(outcome("SeasonalNaive", error) for error in (1.0, 3.0)),
        outcome("ESynapse", 1.5, covered=0.9),
        outcome("ESynapse", 1.5, covered=0.7),
        outcome("SeasonalNaive", 1.0, series="b"),
        outcome("ESynapse", 2.0, series="b", covered=0.5),
    ]
    first, second = ratios(found, "ESynapse")
    assert first[:5] == ("a", "90 days", 2, 2.0, 0.75)
    assert first.covered == pytest.approx(0.8)
    assert second.ratio == 2.0
    assert ratios(found, "prophet") == []
    assert geometric_mean([0.5, 2.0]) == pytest.approx(1.0)


@pytest.mark.parametrize(("steps", "count"), [(130, 2), (545, 4), (2020, 6), (120, 1)])
def test_horizons_lie_inside_the_series_and_apart(steps: int, count: int) -> None:
    found = cutoffs(steps, 90, "daily", count)
    assert len(found) == min(count, (steps - 120) // 30 + 1)
    assert found[0] == 90
    assert len(found) == 1 or found[-1] == steps - 30
    assert all(later - earlier >= 30 for earlier, later in pairwise(found))


def test_a_series_that_is_too_short_has_no_cutoff() -> None:
    assert cutoffs(119, 90, "daily", 4) == []


def test_hours_are_cut_at_midnight() -> None:
    found = cutoffs(24 * 100 + 5, 56 * 24, "hourly", 5)
    assert len(found) == 5
    assert all(cutoff % 24 == 0 for cutoff in found)


def test_a_rival_is_given_nothing_from_the_cutoff_on() -> None:
    given: list[History] = []

    def spy(seen: History) -> Ahead:
        given.append(seen)
        return naive(seen)

    whole = history(np.arange(300.0)[None])
    for case in cases("real", [whole], 3):
        try_rival("spy", spy, whole, case.first, case.cutoff, case.setting.seen)
        shown = given.pop()
        assert shown.values[0, 0] == case.first
        assert shown.values[0, -1] == case.cutoff - 1
        assert shown.values.base is None, "a view would lead to the rest"
        assert shown.start(shown.steps) == whole.start(case.cutoff)


def test_only_the_last_days_are_seen_or_else_all() -> None:
    long = history(np.ones((1, 500)))
    seen = {case.setting.seen: case.cutoff - case.first for case in cases("real", [long], 1)}
    assert seen == {"90 days": 90, "a year or more": 365}
    assert {setting.granularity for setting in SETTINGS} == {"daily", "hourly"}


def test_the_naive_is_the_last_week_again_and_scores_one_on_a_steady_climb() -> None:
    whole = history(np.arange(150.0)[None])
    ahead = naive(whole.part(0, 120))
    assert ahead.values[0, :8].tolist() == [113, 114, 115, 116, 117, 118, 119, 113]
    assert ahead.values.shape == (1, HORIZON["daily"])
    [found] = try_rival("naive", naive, whole, 0, 120, "90 days")
    weeks_ahead = np.arange(30) // 7 + 1  # it misses by 7 for each week, and did so within
    assert found.mase == pytest.approx(weeks_ahead.mean())
    assert found.covered is None


def test_a_series_that_repeats_itself_is_not_scored() -> None:
    assert try_rival("naive", naive, history(np.ones((1, 150))), 0, 120, "90 days") == []


def test_memory_is_also_summed_over_processes() -> None:
    hold = "import time; held = bytearray(150_000_000); time.sleep(1.5)"
    measured = run_measured(["sh", "-c", f"python3 -c '{hold}' & python3 -c '{hold}'; wait"])
    assert 150 < measured.peak_memory_mb < 250
    assert 300 < measured.peak_together_mb < 500


@pytest.mark.slow
def test_the_quick_form_prints_means_series_and_the_retrain(
    capsys: pytest.CaptureFixture[str],
) -> None:
    main(["bench", "forecast", "--quick"])
    means, series, retrain, notes = capsys.readouterr().out.split("\n\n")
    for what in ("daily, 90 days", "daily, a year or more", "hourly, 8 weeks"):
        assert f"simulated, {what} seen" in means
    assert "simulated shop 1, net revenue" in series
    assert "simulated shop 1, orders" in series
    assert "90 days of 28 series" in retrain
    assert "geometric" in notes
    assert "CDNOW, revenue" in series or "left out: CDNOW" in notes
    assert (NO_PROPHET in notes) == (find_spec("prophet") is None)
