"""Forecasts of categories that add up to the forecast of the total."""

from collections.abc import Sequence

import numpy as np

from esynapse.forecasting.models import Prediction


def reconcile(
    total: Prediction, parts: Sequence[Prediction]
) -> tuple[Prediction, list[Prediction]]:
    """Change each series as little as its error allows, so that the parts add up to the total.

    Weighted least squares with the variances of the forecasts, MinT with a diagonal covariance
    (Wickramasuriya, Athanasopoulos and Hyndman 2019), which for one total and its parts is one
    line: the gap is shared out by variance. Values that fall below zero are clipped, and the total
    is the sum of what remains. Errors stay as they were.
    """
    values = np.array([part.values for part in parts])
    variances = np.array([part.errors for part in parts]) ** 2
    shares = variances / np.maximum(total.errors**2 + variances.sum(axis=0), np.finfo(float).tiny)
    gap = total.values - values.sum(axis=0)
    values = np.maximum(values + gap * shares, 0.0)
    reconciled = [
        part._replace(values=changed) for part, changed in zip(parts, values, strict=True)
    ]
    return total._replace(values=values.sum(axis=0)), reconciled
