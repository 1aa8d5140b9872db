"""Units sold ÷ units expected, over many discount periods, with an interval.

The interval is that of a ratio of sums over clusters (Cochran, Sampling Techniques, 1977, section
6.3 with products as units), on the scale of the logarithm: the periods of a product depend on each
other, products do not. It asks nothing of how units are distributed.
"""

import numpy as np
import pandas as pd

LEVEL = "90 %"
"""What the marts' own intervals hold too."""
_QUANTILE = 1.645

SUMS = ["products", "units", "expected", "units_units", "units_expected", "expected_expected"]
"""Columns of the queries: a count, sums over products, and sums of the products' products."""


def with_ratio(sums: pd.DataFrame) -> pd.DataFrame:
    """``sums`` with ratio, lower and upper.

    The ratio is NaN without expected units; its interval also without units and with one product.
    """
    known = sums.astype(dict.fromkeys(SUMS, float))
    products, units = known["products"], known["units"]
    ratio = units / known["expected"].where(known["expected"] > 0)
    squares = (
        known["units_units"]
        - 2 * ratio * known["units_expected"]
        + ratio**2 * known["expected_expected"]
    ).clip(lower=0)
    variance = squares * products / (products - 1).where(products > 1)
    error = np.exp(_QUANTILE * np.sqrt(variance) / units.where(units > 0))
    return sums.assign(ratio=ratio, lower=ratio / error, upper=ratio * error)


def total(sums: pd.DataFrame) -> pd.Series:
    """All rows of ``sums`` as one, with ratio, lower and upper; no product may be in two rows."""
    return with_ratio(sums[SUMS].astype(float).sum().to_frame().T).iloc[0]
