"""Waiting times that the end of a run cuts off.

What was bought on the last day had no time to come back, so counting refunds by the end of the run
shows too few, and the short waits among them too often. The product-limit estimate (Kaplan and
Meier 1958, "Nonparametric estimation from incomplete observations") mends both: at each wait it
divides those that end then by those that were seen for at least so long.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import duckdb
import numpy as np

from esynapse.shop.calibration.spread import discrete_quantiles
from esynapse.shop.columns import Bools, Floats

MINUTES_A_DAY = 1440.0

Parameters = Mapping[str, object]


@dataclass(frozen=True)
class Waits:
    """The share of all that begin to wait whose wait ends, by its length."""

    days: Floats
    """Lengths at which some wait ends or ceases to be seen; rising."""
    ended: Floats
    """Share whose wait ended within so many days, those never ending included in the whole."""

    @classmethod
    def estimate(cls, days: Floats, count: Floats, happened: Bools) -> Self:
        """From waits seen: ``count`` of them, ended after ``days`` or (not ``happened``) still on
        when the run ended after ``days``. One that is cut off counts as waiting at its own length.
        """
        lengths, row = np.unique(days, return_inverse=True)
        leave = np.bincount(row, weights=count, minlength=len(lengths))
        ends = np.bincount(row, weights=count * happened, minlength=len(lengths))
        waiting = np.cumsum(leave[::-1])[::-1]
        lasting = np.cumprod(1 - ends / waiting)
        return cls(lengths, np.asarray(1 - lasting, dtype=np.float64))

    def share_within(self, days: float) -> float:
        """The share whose wait ends within ``days``; NaN if nothing was seen."""
        if not len(self.days):
            return float("nan")
        row = int(np.searchsorted(self.days, days, side="right")) - 1
        return float(self.ended[row]) if row >= 0 else 0.0

    def quantile(self, share: float, *, within: float) -> float:
        """Days within which ``share`` of the waits end that end ``within`` so many days; NaN if
        none does."""
        if not self.share_within(within) > 0:
            return float("nan")
        seen = self.days <= within
        ends = np.diff(self.ended[seen], prepend=0.0)
        return float(discrete_quantiles(self.days[seen], ends, np.array([share]))[0])


def waits(sql: duckdb.DuckDBPyConnection, query: str, parameters: Parameters) -> Waits:
    """The estimate for the rows of ``query``: minutes (whole), units, happened (boolean)."""
    rows = sql.execute(
        f"select minutes / {MINUTES_A_DAY}, sum(units), happened from ({query})"
        " where units > 0 group by minutes, happened",
        parameters,
    ).fetchall()
    days, count, happened = zip(*rows, strict=True) if rows else ((), (), ())
    return Waits.estimate(
        np.array(days, dtype=np.float64),
        np.array(count, dtype=np.float64),
        np.array(happened, dtype=np.bool_),
    )
