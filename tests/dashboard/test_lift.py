"""Units ÷ expected units: the ratio, and what its interval holds."""

import numpy as np
import pandas as pd
import pytest

from dashboard import lift


def sums(units: np.ndarray, expected: np.ndarray) -> dict[str, float]:
    """A row of the queries, of products with these sums."""
    return {
        "products": len(units),
        "units": units.sum(),
        "expected": expected.sum(),
        "units_units": (units**2).sum(),
        "units_expected": (units * expected).sum(),
        "expected_expected": (expected**2).sum(),
    }


def test_the_interval_holds_the_true_ratio_nine_times_in_ten() -> None:
    """Products differ in size and in effect, and their units come in bundles, unlike Poisson's."""
    draw = np.random.default_rng(11)
    rows = []
    for _ in range(600):
        expected = draw.gamma(1.5, 4, size=120)
        effect = draw.gamma(8, 2 / 8, size=120)
        rows.append(sums(2 * draw.poisson(expected * effect / 2), expected))
    known = lift.with_ratio(pd.DataFrame(rows))
    assert known["ratio"].mean() == pytest.approx(2, abs=0.02)
    assert known["lower"].le(2).mul(known["upper"].ge(2)).mean() == pytest.approx(0.9, abs=0.03)


def test_products_that_all_did_the_same_leave_no_doubt() -> None:
    expected = np.array([1.0, 5.0, 9.0])
    (row,) = lift.with_ratio(pd.DataFrame([sums(2 * expected, expected)])).to_dict("records")
    assert (row["ratio"], row["lower"], row["upper"]) == pytest.approx((2, 2, 2))


def test_one_product_has_a_ratio_and_no_interval() -> None:
    row = lift.total(pd.DataFrame([sums(np.array([6.0]), np.array([4.0]))]))
    assert row["ratio"] == 1.5
    assert np.isnan(row["lower"])


def test_nothing_expected_is_no_ratio() -> None:
    row = lift.total(pd.DataFrame(columns=lift.SUMS))
    assert np.isnan(row["ratio"])


def test_the_total_is_that_of_all_products_together() -> None:
    draw = np.random.default_rng(3)
    units, expected = draw.poisson(9, size=50).astype(float), np.full(50, 4.5)
    parts = pd.DataFrame([sums(units[:20], expected[:20]), sums(units[20:], expected[20:])])
    whole = lift.with_ratio(pd.DataFrame([sums(units, expected)])).iloc[0]
    assert lift.total(parts)[["ratio", "lower", "upper"]].tolist() == pytest.approx(
        whole[["ratio", "lower", "upper"]].tolist()
    )
