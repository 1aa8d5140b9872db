"""Mean and quantiles of a whole population, from how often each value occurs."""

import duckdb
import numpy as np

from esynapse.shop.columns import Floats

PERCENTS = (1, 5, 10, 25, 50, 75, 90, 95, 99, 99.97, 99.98)
"""The last two stand for the largest of samples of some 3,000 and 5,000."""


def spread(sql: duckdb.DuckDBPyConnection, query: str) -> dict[str, float]:
    """``mean`` and ``p1`` … ``p99.98`` of the population that ``query`` counts.

    A quantile is discrete: the least value that at least that share of the population does not
    exceed. All are NaN if there are no rows.

    Args:
        query: columns ``value`` and ``n``, how often it occurs.
    """
    found = sql.sql(f"from ({query}) order by value").fetchnumpy()
    values, counts = found["value"].astype(np.float64), found["n"].astype(np.float64)
    if not len(values):
        return dict.fromkeys(("mean", *(f"p{percent}" for percent in PERCENTS)), np.nan)
    quantiles = discrete_quantiles(values, counts, np.array(PERCENTS) / 100)
    return {
        "mean": float(np.average(values, weights=counts)),
        **{f"p{percent}": float(q) for percent, q in zip(PERCENTS, quantiles, strict=True)},
    }


def discrete_quantiles(values: Floats, weights: Floats, shares: Floats) -> Floats:
    """The least of ``values`` (rising) up to which ``shares`` of the ``weights`` lie."""
    reached = np.cumsum(weights)
    wanted = shares * reached[-1] * (1 - 1e-12)  # 0.1 + 0.2 must not miss 0.3
    return np.asarray(values[np.searchsorted(reached, wanted, side="left")])
