"""What another price would do, by laws that any elasticity has to keep."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from dashboard.what_if import Estimates, Interval, of_product, profitable_cost, revenue, units

baselines = st.floats(0.01, 1e6)
ratios = st.floats(0.3, 1.5)


@st.composite
def intervals(draw: st.DrawFn, highest: float = 3.0) -> Interval:
    lower, value, upper = sorted(draw(st.floats(-6, highest)) for _ in range(3))
    return Interval(value, lower, upper)


@given(baselines, ratios, ratios, intervals(highest=0.0))
def test_a_lower_price_never_sells_less_where_the_elasticity_is_negative(
    baseline: float, one: float, other: float, elasticity: Interval
) -> None:
    cheap, dear = (units(baseline, each, elasticity) for each in sorted((one, other)))
    for name in ("value", "lower", "upper"):
        assert getattr(cheap, name) >= getattr(dear, name) * (1 - 1e-9)


@given(baselines, ratios, intervals())
def test_an_interval_contains_its_estimate(
    baseline: float, ratio: float, elasticity: Interval
) -> None:
    for formula in (units, revenue):
        estimate = formula(baseline, ratio, elasticity)
        assert estimate.lower <= estimate.value * (1 + 1e-9)
        assert estimate.value <= estimate.upper * (1 + 1e-9)


@given(baselines, intervals())
def test_at_the_regular_price_all_is_as_it_is(baseline: float, elasticity: Interval) -> None:
    assert units(baseline, 1.0, elasticity) == Interval(baseline, baseline, baseline)
    assert revenue(baseline, 1.0, elasticity) == Interval(baseline, baseline, baseline)


@given(baselines, ratios)
def test_a_unit_elasticity_leaves_revenue_as_it_is(baseline: float, ratio: float) -> None:
    estimate = revenue(baseline, ratio, Interval(-1, -1.5, -0.5))
    assert estimate.value == pytest.approx(baseline)
    assert estimate.lower <= baseline * (1 + 1e-9)
    assert baseline <= estimate.upper * (1 + 1e-9)


@given(ratios, st.floats(-5, -0.1))
def test_at_the_cost_named_both_prices_bring_the_same_profit(
    ratio: float, elasticity: float
) -> None:
    assume(abs(ratio - 1) > 0.01)
    cost = profitable_cost(ratio, elasticity)
    assert cost is not None
    assert (ratio - cost) * ratio**elasticity == pytest.approx(1 - cost, rel=1e-6, abs=1e-9)


def test_no_cost_is_named_where_units_stay_as_they_are() -> None:
    assert profitable_cost(1.0, -2.0) is None
    assert profitable_cost(0.8, 0.0) is None


@given(intervals(), st.floats(0, 4), intervals())
def test_a_product_lies_between_its_own_estimate_and_its_category(
    category: Interval, spread: float, own: Interval
) -> None:
    one = of_product(category, spread, own)
    low, high = sorted((category.value, own.value))
    assert low - 1e-9 <= one.value <= high + 1e-9
    assert one.variance <= category.variance + spread + 1e-9
    assert one.lower <= one.value <= one.upper


@given(intervals(), st.floats(0, 4))
def test_a_product_that_was_never_on_sale_is_known_worse_than_its_category(
    category: Interval, spread: float
) -> None:
    one = of_product(category, spread, None)
    assert one.value == category.value
    assert one.variance == pytest.approx(category.variance + spread)


def test_what_is_known_well_counts_more() -> None:
    category, sure, vague = Interval(-2, -2.2, -1.8), Interval(-4, -4.1, -3.9), Interval(-4, -9, 1)
    assert of_product(category, 0.25, sure).value == pytest.approx(-4, abs=0.1)
    assert of_product(category, 0.25, vague).value == pytest.approx(-2, abs=0.1)


def test_the_spread_of_products_is_found_again_beneath_the_noise_of_their_estimates() -> None:
    draw = np.random.default_rng(7)
    error = draw.uniform(0.2, 1.5, size=4000)
    estimates = draw.normal(-2.5, 0.6, size=4000) + draw.normal(0, error)
    assert math.sqrt(sums(estimates, error).spread) == pytest.approx(0.6, abs=0.05)
    alike = -2.5 + draw.normal(0, error)
    assert sums(alike, error).spread < 0.02


def test_one_product_has_no_spread() -> None:
    assert sums(np.array([-2.0]), np.array([0.3])).spread == 0


def sums(elasticity: np.ndarray, error: np.ndarray) -> Estimates:
    weight = 1 / error**2
    return Estimates(
        len(weight),
        float(weight.sum()),
        float((weight**2).sum()),
        float((weight * elasticity).sum()),
        float((weight * elasticity**2).sum()),
    )
