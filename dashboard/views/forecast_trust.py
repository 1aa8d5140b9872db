"""How far the forecasts of Forecast can be trusted: what the ones before them were worth."""

from dataclasses import dataclass

import pandas as pd
import streamlit as st

from dashboard import charts, formats, queries, states
from dashboard.panel import panel
from dashboard.views.forecast_subject import Subject
from esynapse.pipeline.mart_docs import meaning

NEWEST = 10
"""Forecasts that speak for the ones to come: what older ones were worth says less."""
LEVEL_WITHIN = 0.005
"""Relative: forecasts no further too high or too low than this were level."""


@dataclass(frozen=True)
class Past:
    """What forecasts were worth, over all their steps that are over."""

    forecasts: int
    backtests: int
    off: float
    """Sum of |forecast − actual| ÷ sum of |actual|."""
    bias: float
    """Sum of forecast − actual ÷ sum of |actual|."""
    coverage: float
    """Share of the steps that came within the band."""

    @property
    def kind(self) -> str:
        """``The last 6 backtests``."""
        made = "backtests" if self.forecasts == self.backtests else "forecasts"
        return f"The last {self.forecasts} {made}"

    @property
    def leaning(self) -> str:
        """Whether they were too high or too low as a whole, in words."""
        if abs(self.bias) < LEVEL_WITHIN:
            return "right on the whole"
        side = "high" if self.bias > 0 else "low"
        return f"{formats.percent(abs(self.bias), 0)} too {side} on the whole"


def past(runs: pd.DataFrame) -> Past | None:
    """Of the newest of ``runs`` (of queries.FORECAST_RUNS) that have steps that are over."""
    over = runs[(runs["known"] > 0) & (runs["actual"] > 0)].head(NEWEST)
    if over.empty:
        return None
    actual, known = over["actual"].astype(float), over["known"]
    return Past(
        forecasts=len(over),
        backtests=int(over["is_backtest"].sum()),
        off=float((over["wape"] * actual).sum() / actual.sum()),
        bias=float((over["bias"] * actual).sum() / actual.sum()),
        coverage=float((over["coverage"] * known).sum() / known.sum()),
    )


def show_leads(subject: Subject, *, height: int) -> None:
    """Draw how wrong forecasts were by how far ahead they looked."""
    with panel(
        "How far off, by lead",
        "leads",
        about=meaning("forecast_accuracy_by_lead", "wape"),
        height="stretch",
    ) as card:
        rows = by_lead(
            subject.page.connection.query(
                queries.ACCURACY_BY_LEAD, granularity=subject.step.granularity, **subject.key
            )
        )
        if rows.empty:
            states.missing(
                f"No forecast {subject.step.name} is over yet: come back after the next."
            )
            return
        card.chart(
            charts.error_by_lead(rows, height=height),
            rows,
            alt_text="How wrong the forecasts were, a bar for each class of lead",
        )
        st.caption(f"Of {rows['forecasts'].sum():,} forecast {subject.step.name}s that are over.")


def by_lead(rows: pd.DataFrame) -> pd.DataFrame:
    """lead, wape, coverage, forecasts over all weeks of queries.ACCURACY_BY_LEAD, nearest first."""
    known = rows[rows["wape"].notna()]
    weighed = known.assign(
        wape=known["wape"] * known["forecasts"], coverage=known["coverage"] * known["forecasts"]
    )
    sums = weighed.groupby(["lead_from", "lead"], as_index=False)[
        ["wape", "coverage", "forecasts"]
    ].sum()
    return sums.assign(
        wape=sums["wape"] / sums["forecasts"], coverage=sums["coverage"] / sums["forecasts"]
    )


def against_naive(subject: Subject) -> float | None:
    """The error of the model that is served ÷ that of the seasonal naive, in the backtest."""
    rows = subject.page.connection.query(queries.ACCURACY, measure=subject.key["measure"])
    served = rows[
        rows["is_served"]
        & (rows["granularity"] == subject.step.granularity)
        & (rows["series_id"] == subject.series)
    ]
    return None if served.empty else float(served["mase_ratio"].iloc[0])
