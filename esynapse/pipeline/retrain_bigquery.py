"""Retrain on the bigquery target: the statements of ``bigquery_ml/``, in their order.

The first run also forecasts from past cutoffs, so that its models can be judged and there is a past
to compare with; later runs are judged by what the runs before them said.
"""

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from esynapse.errors import EsynapseError
from esynapse.forecasting.bigquery_ml import (
    CANDIDATE_SCHEMA,
    CANDIDATES,
    CHALLENGER,
    MODEL,
    parameters_of,
    render,
)
from esynapse.forecasting.granularity import DAILY, HOURLY, MINIMUM_DAYS
from esynapse.pipeline.retrain import RetrainReport
from esynapse.progress import Progress, silent
from esynapse.settings import Settings
from esynapse.warehouse.bigquery.jobs import Jobs, Statement
from esynapse.warehouse.raw_tables import ACCURACY_SCHEMA, RAW_TABLES

if TYPE_CHECKING:
    from google.cloud.bigquery import Client

TABLES = {CANDIDATES: CANDIDATE_SCHEMA} | {
    name: RAW_TABLES[name]
    for name in (
        *("daily_forecasts", "hourly_forecasts", "forecast_accuracy_runs"),
        *("forecast_components", "history_anomalies"),
    )
}
"""What the statements write."""

EVIDENCE_DAYS = 14
"""A backtest is made where at least so many days lie before its cutoff."""
ENOUGH_CUTOFFS = 6
WEEKS = 6
"""How far back evaluation looks for cutoffs; see evaluate_daily.sql."""


@dataclass(frozen=True)
class _Cutoff:
    """The first step that a model is not shown."""

    instant: datetime
    rendered: date | datetime
    """As CREATE MODEL compares it: a day of the shop, or an instant."""
    day: date
    """The shop's day that it lies in, of which there is one run and one backtest."""


class _Granularity:
    """Daily or hourly: where history starts and ends, and where past cutoffs lie."""

    def __init__(self, name: str, history: dict[str, Any], zone: ZoneInfo) -> None:
        self.name = name
        self._zone = zone
        self._first, self._next, days_ago = (
            (history["first_date"], history["next_date"], DAILY.past_days)
            if name == "daily"
            else (history["first_hour"], history["next_hour"], HOURLY.past_days)
        )
        self.now = self._cutoff(0)
        self.past = [
            self._cutoff(days)
            for days in sorted(days_ago, reverse=True)
            if self._next - timedelta(days=days) >= self._first + timedelta(days=EVIDENCE_DAYS)
        ]

    def missing(self, model: str, made: Iterable[dict[str, Any]]) -> list[_Cutoff]:
        """Past cutoffs at which a model is yet to forecast, the oldest first; none if it has done
        so often enough."""
        oldest = self.now.day - timedelta(weeks=WEEKS)
        days = {
            row["cutoff"].astimezone(self._zone).date()
            for row in made
            if (row["granularity"], row["model"]) == (self.name, model)
        }
        if len([day for day in days if oldest <= day < self.now.day]) >= ENOUGH_CUTOFFS:
            return []
        return [cutoff for cutoff in self.past if cutoff.day not in days]

    def _cutoff(self, days_ago: int) -> _Cutoff:
        step = self._next - timedelta(days=days_ago)
        if isinstance(step, datetime):
            return _Cutoff(step, step, step.astimezone(self._zone).date())
        midnight = datetime(step.year, step.month, step.day, tzinfo=self._zone)
        return _Cutoff(midnight.astimezone(UTC), step, step)


def retrain_bigquery(
    settings: Settings, client: "Client", *, progress: Progress = silent
) -> RetrainReport:
    """Train on the marts in BigQuery, judge, and serve 30 days and 168 hours of forecasts.

    Every statement is tried in a dry run first; all those whose inputs exist, before anything is
    written. A second run of a day replaces the first.

    Raises:
        EsynapseError: BigQuery refuses or fails, a statement would read too much, or there are
            fewer than three complete days. What was served before stays until its statement ran.
    """
    started = time.monotonic()
    run = _Run(settings, client)
    plan = list(run.plan())
    checked = run.check(plan)
    rows = {"serve_daily": 0, "serve_hourly": 0}
    for place, statement in enumerate(plan, start=1):
        if statement not in checked:
            run.jobs.check(statement)
        _, inserted = run.jobs.run(statement)
        if statement.name in rows:
            rows[statement.name] += inserted
        progress(place, len(plan), statement.name)
    found = run.jobs.read(run.statement("accuracy"))
    accuracy = pa.Table.from_pylist(found, schema=ACCURACY_SCHEMA)
    return RetrainReport(
        series=len({(row["measure"], row["series_id"]) for row in found}),
        daily_rows=rows["serve_daily"],
        hourly_rows=rows["serve_hourly"],
        cutoff=run.daily.now.instant,
        accuracy=accuracy,
        notes=_notes(accuracy),
        seconds=time.monotonic() - started,
    )


class _Run:
    """One retrain: what there is to learn from, and the statements to run."""

    def __init__(self, settings: Settings, client: "Client") -> None:
        self._settings = settings
        self._dataset = f"{settings.project}.{settings.dataset}"
        self.jobs = Jobs(client, flow="retrain", maximum_bytes=settings.bigquery_maximum_bytes)
        for table, schema in TABLES.items():
            self.jobs.create_table(f"{self._dataset}.{table}", schema)
        history = self._history()
        self._run_at: datetime = history["run_at"]
        zone = ZoneInfo(settings.timezone)
        self.daily, self.hourly = (_Granularity(n, history, zone) for n in ("daily", "hourly"))

    def _history(self) -> dict[str, Any]:
        sql = render("history", project=self._settings.project, dataset=self._settings.dataset)
        rows = self.jobs.read(Statement("history", sql))
        if not rows or None in rows[0].values():
            raise EsynapseError("no complete day of sales to learn from: wait for one, or backfill")
        days = (rows[0]["next_date"] - rows[0]["first_date"]).days
        if days < MINIMUM_DAYS:
            raise EsynapseError(
                f"the history spans {days} complete day(s), forecasts need {MINIMUM_DAYS}: "
                "retrain when they are over"
            )
        return rows[0]

    def statement(
        self, name: str, cutoff: _Cutoff | None = None, *, is_backtest: bool = False
    ) -> Statement:
        """A statement of this run or, with ``is_backtest``, of one as of the cutoff."""
        cutoff = cutoff or self.daily.now
        sql = render(
            name,
            project=self._settings.project,
            dataset=self._settings.dataset,
            is_backtest=is_backtest,
            cutoff=cutoff.rendered,
            holiday_region=self._settings.country or None,
        )
        values: dict[str, datetime | bool | str] = {
            "run_at": cutoff.instant if is_backtest else self._run_at,
            "cutoff": cutoff.instant,
            "timezone": self._settings.timezone,
            "is_backtest": is_backtest,
        }
        kind, _, granularity = name.rpartition("_")
        reads_model = kind in ("forecast", "explain", "detect_anomalies")
        model = f"{granularity}_{'backtest' if is_backtest else 'forecast'}_model"
        parameters = {key: values[key] for key in sorted(parameters_of(sql))}
        return Statement(name, sql, parameters, model if reads_model else None)

    def plan(self) -> Iterator[Statement]:
        """The statements that write, in order."""
        made = self.jobs.read(self.statement("past_cutoffs"))
        challenge = ["challenge"] if self._settings.bigquery_challenger else []
        for granularity in (self.daily, self.hourly):
            to_train = granularity.missing(MODEL, made)
            to_challenge = granularity.missing(CHALLENGER, made) if challenge else []
            for cutoff in granularity.past:
                kinds = ["create", "forecast", "naive"] if cutoff in to_train else []
                kinds += ["challenge"] if cutoff in to_challenge else []
                kinds += ["serve"] if cutoff in to_train else []
                for kind in kinds:
                    yield self.statement(_named(kind, granularity), cutoff, is_backtest=True)
            for kind in (
                *("create", "forecast", "naive", *challenge),
                *("evaluate", "serve", "explain", "detect_anomalies"),
            ):
                yield self.statement(_named(kind, granularity), granularity.now)

    def check(self, plan: list[Statement]) -> list[Statement]:
        """Dry runs of the statements whose inputs exist; those that passed."""
        models = self.jobs.models(self._dataset)
        ready = [statement for statement in plan if statement.model in (None, *models)]
        for statement in ready:
            self.jobs.check(statement)
        return ready


def _named(kind: str, granularity: _Granularity) -> str:
    if kind == "create":
        return f"create_{granularity.name}_forecast_model"
    return f"{kind}_{granularity.name}"


def _notes(accuracy: pa.Table) -> tuple[str, ...]:
    """Which series are served by the seasonal naive."""
    naive = [
        f"{row['granularity']} {row['measure']} of {row['series_id']}"
        for row in accuracy.to_pylist()
        if row["is_served"] and row["model"].startswith("SeasonalNaive")
    ]
    return (f"the seasonal naive is served where it did better: {', '.join(naive)}",) * bool(naive)
