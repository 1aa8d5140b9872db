"""What the Forecast page is about: a measure of a series, by day or by hour."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

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
    past: str
    stamp: str
    """How its steps are written."""
    lengths: tuple[int, int]
    """Steps ahead that are summed up: some, and all."""
    per_day: int


STEPS = {
    "By day": Step(
        "daily",
        "day",
        queries.FORECAST_RUNS,
        queries.DAILY_FORECAST,
        queries.DAILY_PAST_FORECASTS,
        "%d %b",
        (7, 30),
        1,
    ),
    "By hour": Step(
        "hourly",
        "hour",
        queries.HOURLY_RUNS,
        queries.HOURLY_FORECAST,
        queries.HOURLY_PAST_FORECASTS,
        "%a %d %b %H:%M",
        (24, 168),
        24,
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
        shape: Callable[[float | None], str] = self.page.money if self.is_money else _count
        return shape(value)

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

    def past_forecasts(self, start: pd.Timestamp) -> pd.DataFrame:
        """What older runs said of the steps from a wall-clock time on: run_at, step, value."""
        first = self._instant(start).to_pydatetime() if self.is_hourly else start.date()
        return self._on_the_wall(
            self.page.connection.query(self.step.past, **self.key, start=first), "step"
        )

    def history(self, start: pd.Timestamp) -> pd.DataFrame:
        """What came, from a wall-clock time on: step, value."""
        if not self.is_hourly:
            end = self.page.clock.as_of_date
            return self.page.connection.query(
                queries.DAILY_HISTORY, **self.key, start=start.date(), end=end
            )
        rows = self.page.connection.query(
            queries.HOURLY_HISTORY,
            **self.key,
            start=self._instant(start).to_pydatetime(),
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

    def _instant(self, on_the_wall: pd.Timestamp) -> pd.Timestamp:
        zone = self.page.clock.zone
        local = on_the_wall.tz_localize(zone, ambiguous=True, nonexistent="shift_forward")
        return local.tz_convert("UTC")

    def _on_the_wall(self, rows: pd.DataFrame, column: str) -> pd.DataFrame:
        return rows.assign(**{column: self.page.local(rows[column])}) if self.is_hourly else rows


def _count(value: float | None) -> str:
    return formats.compact(value if value is None else round(value))


def series_name(series: str) -> str:
    """``category:Shoes`` → ``Shoes``."""
    return "Whole shop" if series == TOTAL else series.removeprefix("category:")


def choose(page: Page) -> Subject | None:
    """Draw the choices of measure and step; None where nothing is forecast.

    The series is that of the categories filter, where it names one that is forecast.
    """
    line = st.container(horizontal=True, vertical_alignment="center", key="subject")
    measure = line.segmented_control(
        "Measure",
        list(MEASURES),
        default="Net revenue",
        required=True,
        key="measure",
        bind="query-params",
        label_visibility="collapsed",
        width="content",
    )
    step = line.segmented_control(
        "Step",
        list(STEPS),
        default="By day",
        required=True,
        key="step",
        bind="query-params",
        label_visibility="collapsed",
        width="content",
    )
    return _subject(page, line, measure or "Net revenue", STEPS[step or "By day"])


def _subject(page: Page, line: DeltaGenerator, measure: str, step: Step) -> Subject | None:
    ids = page.connection.query(queries.FORECAST_SERIES, measure=MEASURES[measure])
    if ids.empty:
        return None
    hourly = step.granularity == "hourly"
    series, note = chosen_series(page.selection.categories, set(ids["series_id"]), hourly=hourly)
    line.markdown(f"**{formats.as_text(series_name(series))}**", width="content")
    if note:
        line.caption(note, width="content")
    return Subject(page, measure, step, series)


def chosen_series(
    categories: tuple[str, ...], forecast: set[str], *, hourly: bool
) -> tuple[str, str]:
    """The series of a filter, and why it is another one than the filter says, if it is."""
    if not categories:
        return TOTAL, ""
    if hourly:
        return TOTAL, "By the hour there is only the whole shop."
    if len(categories) > 1:
        return TOTAL, "Choose one category to see its forecast."
    series = f"category:{categories[0]}"
    if series not in forecast:
        return TOTAL, f"No forecast is made of {formats.as_text(categories[0])}."
    return series, ""
