"""What the Forecast page is about: a measure of a series, by day or by hour."""

from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

import pandas as pd
import streamlit as st

from dashboard import formats, queries
from dashboard.page import Page

MEASURES = {"Net revenue": "net_revenue", "Orders": "orders"}
TOTAL = "total"


class Step(NamedTuple):
    """The queries and the words of a granularity."""

    granularity: str
    name: str
    runs: str
    forecast: str
    stamp: str
    """How its steps are written."""


STEPS = {
    "By day": Step("daily", "day", queries.FORECAST_RUNS, queries.DAILY_FORECAST, "%Y-%m-%d"),
    "By hour": Step(
        "hourly", "hour", queries.HOURLY_RUNS, queries.HOURLY_FORECAST, "%Y-%m-%d %H:%M"
    ),
}


@dataclass(frozen=True)
class Subject:
    """What the viewer chose."""

    page: Page
    measure: str
    """As the viewer reads it."""
    step: Step
    series: str

    @property
    def key(self) -> dict[str, object]:
        """The parameters of queries about the series."""
        return {"measure": MEASURES[self.measure], "series": self.series}

    @property
    def axis(self) -> str:
        """The measure with its unit."""
        return f"{self.measure} ({self.page.clock.currency})" if self.is_money else self.measure

    @property
    def is_money(self) -> bool:
        return MEASURES[self.measure] == "net_revenue"

    @property
    def is_hourly(self) -> bool:
        return self.step.granularity == "hourly"

    def amount(self, value: float | None) -> str:
        """A sum of the measure, shortened to three digits."""
        return self.page.money(value) if self.is_money else _count(value)

    def runs(self) -> pd.DataFrame:
        """Every kept run of the series, the newest first."""
        return self.page.connection.query(self.step.runs, **self.key)

    def forecast(self, run_at: pd.Timestamp) -> pd.DataFrame:
        """What a run said: step (wall clock), value, lower, upper, actual_value."""
        rows = self.page.connection.query(
            self.step.forecast, **self.key, run_at=run_at.to_pydatetime()
        )
        names = {
            "forecast_value": "value",
            "prediction_interval_lower_bound": "lower",
            "prediction_interval_upper_bound": "upper",
        }
        return self._on_the_wall(rows.rename(columns=names), "step")

    def history(self, start: pd.Timestamp) -> pd.DataFrame:
        """What came, from a wall-clock time on: step, value."""
        if not self.is_hourly:
            end = self.page.clock.as_of_date
            return self.page.connection.query(
                queries.DAILY_HISTORY, **self.key, start=start.date(), end=end
            )
        first = start.tz_localize(self.page.clock.zone, ambiguous=True, nonexistent="shift_forward")
        rows = self.page.connection.query(
            queries.HOURLY_HISTORY,
            **self.key,
            start=first.tz_convert("UTC").to_pydatetime(),
            end=(self.page.clock.as_of + timedelta(hours=1)).to_pydatetime(),
        )
        return self._on_the_wall(rows, "step")

    def anomalies(self) -> pd.DataFrame:
        """Steps of every series that were not as expected, newest first; step is wall clock."""
        rows = self.page.connection.query(
            queries.ANOMALIES,
            measure=MEASURES[self.measure],
            granularity=self.step.granularity,
        )
        at = "time_series_timestamp" if self.is_hourly else "series_date"
        return self._on_the_wall(rows.assign(step=rows[at]), "step")

    def _on_the_wall(self, rows: pd.DataFrame, column: str) -> pd.DataFrame:
        return rows.assign(**{column: self.page.local(rows[column])}) if self.is_hourly else rows


def _count(value: float | None) -> str:
    return formats.compact(value if value is None else round(value))


def series_name(series: str) -> str:
    """``category:Shoes`` → ``Shoes``."""
    return "Whole shop" if series == TOTAL else series.removeprefix("category:")


def choose(page: Page) -> Subject | None:
    """Draw the choices of measure, step and series; None where nothing is forecast."""
    left, middle, right = st.columns([2, 2, 3])
    measure = left.segmented_control(
        "Measure",
        list(MEASURES),
        default="Net revenue",
        required=True,
        key="measure",
        bind="query-params",
    )
    step = middle.segmented_control(
        "Step", list(STEPS), default="By day", required=True, key="step", bind="query-params"
    )
    measure, step = measure or "Net revenue", step or "By day"
    ids = page.connection.query(queries.FORECAST_SERIES, measure=MEASURES[measure])
    if ids.empty:
        return None
    if STEPS[step].granularity == "hourly":
        right.selectbox("Series", [series_name(TOTAL)], disabled=True, key="series_by_hour")
        return Subject(page, measure, STEPS[step], TOTAL)
    names = {series_name(series): series for series in ids["series_id"]}
    chosen = right.selectbox("Series", list(names), key="series", bind="query-params")
    return Subject(page, measure, STEPS[step], names[chosen or series_name(TOTAL)])
