"""Forecasts of categories add up to the total's."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from esynapse.forecasting.models import Prediction
from esynapse.forecasting.reconcile import reconcile

ROWS = hnp.arrays(np.float64, (4, 5), elements=st.floats(0, 1e9))
ERRORS = hnp.arrays(np.float64, (4, 5), elements=st.one_of(st.just(0.0), st.floats(1e-3, 1e6)))


def _predictions(values: np.ndarray, errors: np.ndarray) -> list[Prediction]:
    return [Prediction(f"m{k}", v, e) for k, (v, e) in enumerate(zip(values, errors, strict=True))]


@given(values=ROWS, errors=ERRORS)
def test_parts_add_up_and_stay_at_or_above_zero(values: np.ndarray, errors: np.ndarray) -> None:
    total, *parts = _predictions(values, errors)
    changed, reconciled = reconcile(total, parts)
    np.testing.assert_allclose(changed.values, sum(p.values for p in reconciled))
    assert all((p.values >= 0).all() for p in reconciled)
    assert [p.model for p in reconciled] == ["m1", "m2", "m3"]


@given(values=ROWS, errors=ERRORS)
def test_forecasts_that_add_up_stay_as_they_are(values: np.ndarray, errors: np.ndarray) -> None:
    _, *parts = _predictions(values, errors)
    total = Prediction("t", values[1:].sum(axis=0), errors[0])
    changed, reconciled = reconcile(total, parts)
    for before, after in zip([total, *parts], [changed, *reconciled], strict=True):
        np.testing.assert_allclose(after.values, before.values, rtol=1e-9, atol=1e-3)


def test_the_gap_is_shared_by_variance_the_totals_too() -> None:
    total = Prediction("t", np.array([100.0]), np.array([2.0]))
    parts = [Prediction(n, np.array([40.0]), np.array([e])) for n, e in (("a", 1.0), ("b", 3.0))]
    changed, (a, b) = reconcile(total, parts)
    assert a.values == pytest.approx([40 + 20 * 1 / 14])
    assert b.values == pytest.approx([40 + 20 * 9 / 14])
    assert changed.values == pytest.approx([100 - 20 * 4 / 14])
    assert changed.errors is total.errors
