"""Retrain: fit the forecast models on the published marts and keep what they say."""

import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc

from esynapse.errors import EsynapseError
from esynapse.forecasting import Forecast, Occasion, forecast_daily, forecast_hourly
from esynapse.home import open_home
from esynapse.pipeline.occasions import known_occasions
from esynapse.progress import Progress, silent
from esynapse.settings import Settings
from esynapse.warehouse import open_warehouse
from esynapse.warehouse.lake import TableBatch
from esynapse.warehouse.local import LocalWarehouse

DAILY_SQL = """
select measure, series_id, series_date as local_date, cast(value as double) as value
from daily_series
order by case when series_id = 'total' then 0 else 1 end, measure, series_id, series_date
"""
HOURLY_SQL = """
select measure, series_id, series_hour as timestamp, cast(value as double) as value
from hourly_series
order by measure, series_id, series_hour
"""
AHEAD = timedelta(days=31)
"""How far the daily forecast looks, to the day."""


@dataclass(frozen=True)
class RetrainReport:
    """What a retrain left in the warehouse."""

    series: int
    daily_rows: int
    hourly_rows: int
    cutoff: datetime
    """Start of the first day that the models were not shown."""
    accuracy: pa.Table
    """ACCURACY_SCHEMA: how good the models were on the past."""
    notes: tuple[str, ...]
    """What a person should know, each a sentence."""
    seconds: float


def retrain(settings: Settings, *, workers: int = 1, progress: Progress = silent) -> RetrainReport:
    """Forecast 30 days and 168 hours of net revenue and orders from the published marts.

    On the bigquery target, BigQuery ML does: see ``retrain_bigquery``.

    History ends where the data end, not at the clock. A run is dated by how far history is whole;
    another run of the same day of the shop replaces it, and what was said on earlier days stays as
    it was. A retrain that dies leaves the forecasts before it.

    Args:
        workers: processes to fit in. They are spawned, so a script that asks for several starts
            under ``if __name__ == "__main__"``.

    Raises:
        EsynapseError: nothing is published, or there are fewer than three complete days.
    """
    if settings.target == "bigquery":
        return _in_bigquery(settings, progress)
    started = time.monotonic()
    warehouse = LocalWarehouse(open_home(settings.home))
    run_at = warehouse.query("select complete_until from pipeline_clock")[0][0].as_py()
    rows = warehouse.query(DAILY_SQL)
    if not rows.num_rows:
        raise EsynapseError("no complete day of sales to learn from: wait for one, or backfill")
    daily = forecast_daily(
        _with_instants(rows, settings.timezone),
        run_at=run_at,
        timezone=settings.timezone,
        occasions=_occasions(settings, rows["local_date"]),
        workers=workers,
        progress=progress,
    )
    hourly = forecast_hourly(
        warehouse.query(HOURLY_SQL), run_at=run_at, workers=workers, progress=progress
    )
    accuracy = _keep(warehouse, daily, hourly, zone=ZoneInfo(settings.timezone))
    return RetrainReport(
        rows.group_by(["measure", "series_id"]).aggregate([]).num_rows,
        daily.forecasts.num_rows,
        hourly.forecasts.num_rows,
        pc.max(daily.forecasts["cutoff"]).as_py(),
        accuracy,
        (*daily.notes, *hourly.notes),
        time.monotonic() - started,
    )


def _in_bigquery(settings: Settings, progress: Progress) -> RetrainReport:
    from esynapse.pipeline.retrain_bigquery import retrain_bigquery
    from esynapse.warehouse.bigquery.clients import bigquery_client

    with closing(bigquery_client(settings)) as client:
        return retrain_bigquery(settings, client, progress=progress)


def is_due(settings: Settings) -> bool:
    """Whether a day has been completed that the newest published forecast has not seen."""
    clock = open_warehouse(settings).query(
        "select last_complete_date, (select max(forecast_date) from daily_forecast_vs_actual"
        " where lead_days = 1) as first_forecast_date from pipeline_clock"
    )
    rows = clock.to_pylist()
    if not rows or rows[0]["last_complete_date"] is None:
        return False
    first = rows[0]["first_forecast_date"]
    return first is None or bool(first <= rows[0]["last_complete_date"])


def _with_instants(rows: pa.Table, timezone: str) -> pa.Table:
    """The shop's dates as the instants at which they begin."""
    midnight = rows["local_date"].cast(pa.timestamp("us"))
    instants = pc.assume_timezone(midnight, timezone, ambiguous="earliest", nonexistent="latest")
    return pa.table(
        {
            "measure": rows["measure"],
            "series_id": rows["series_id"],
            "timestamp": instants.cast(pa.timestamp("us", tz="UTC")),
            "value": rows["value"],
        }
    )


def _occasions(settings: Settings, days: pa.ChunkedArray) -> Sequence[Occasion]:
    first: date = pc.min(days).as_py()
    return known_occasions(settings, first, pc.max(days).as_py() + AHEAD)


def _keep(
    warehouse: LocalWarehouse, daily: Forecast, hourly: Forecast, *, zone: ZoneInfo
) -> pa.Table:
    """Store the run, all of it or nothing; the accuracy of its models."""
    accuracy = pa.concat_tables([daily.accuracy, hourly.accuracy])
    components = pa.concat_tables([daily.components, hourly.components])
    anomalies = pa.concat_tables([daily.anomalies, hourly.anomalies])
    *_, (day, _) = _by_day(daily, zone)
    warehouse.write_tables(
        *_batches("daily_forecasts", daily, zone),
        *_batches("hourly_forecasts", hourly, zone),
        TableBatch("forecast_accuracy_runs", accuracy, day, replace=True),
        TableBatch("forecast_components", components, "newest", replace=True),
        TableBatch("history_anomalies", anomalies, "newest", replace=True),
    )
    return accuracy


def _batches(table: str, forecast: Forecast, zone: ZoneInfo) -> Iterator[TableBatch]:
    """A batch for each day: the run's own replaces its like, what was said before stays."""
    for day, rows in _by_day(forecast, zone):
        yield TableBatch(table, rows, day, replace=not rows["is_backtest"][0].as_py())


def _by_day(forecast: Forecast, zone: ZoneInfo) -> Iterator[tuple[str, pa.Table]]:
    """The forecasts of each cutoff with the shop's day that it lies in, the oldest first."""
    rows = forecast.forecasts
    for cutoff in sorted(pc.unique(rows["cutoff"]).to_pylist()):
        day = cutoff.astimezone(zone).date().isoformat()
        yield day, rows.filter(pc.equal(rows["cutoff"], cutoff))
