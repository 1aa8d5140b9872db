"""Retrain: fit the forecast models on the published marts and keep what they say."""

import time
from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc

from esynapse.errors import EsynapseError
from esynapse.forecasting import Forecast, forecast_daily, forecast_hourly
from esynapse.progress import Progress, silent
from esynapse.settings import Settings
from esynapse.warehouse import Warehouse, open_warehouse

DAILY_SQL = """
select 'total' as series_id, revenue_date as local_date, cast(net_revenue as double) as value
from daily_revenue
where is_complete
union all
select 'category:' || category, revenue_date, cast(net_revenue as double)
from daily_category_revenue
where is_complete
order by 1, 2
"""
HOURLY_SQL = """
select 'total' as series_id, revenue_hour as timestamp, cast(net_revenue as double) as value
from hourly_revenue
where is_complete
order by 2
"""


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
    seconds: float


def retrain(settings: Settings, *, progress: Progress = silent) -> RetrainReport:
    """Forecast 30 days and 168 hours of net revenue from the published marts.

    History ends where the data end, not at the clock. A run is dated by how far history is whole,
    so the same history gives the same run, and retraining on it replaces the forecasts. Those made
    at earlier cutoffs stay as they were made.

    Raises:
        EsynapseError: nothing is published, or there are fewer than three complete days.
    """
    started = time.monotonic()
    warehouse = open_warehouse(settings)
    run_at = warehouse.query("select complete_until from pipeline_clock")[0][0].as_py()
    daily_history = _daily_history(warehouse, settings.timezone)
    if not daily_history.num_rows:
        raise EsynapseError("no complete day of sales to learn from: wait for one, or backfill")
    daily = forecast_daily(
        daily_history, run_at=run_at, timezone=settings.timezone, progress=progress
    )
    hourly = forecast_hourly(
        warehouse.query(HOURLY_SQL), run_at=run_at, timezone=settings.timezone, progress=progress
    )
    _keep(warehouse, "daily_forecasts", daily)
    _keep(warehouse, "hourly_forecasts", hourly)
    accuracy = pa.concat_tables([daily.accuracy, hourly.accuracy])
    cutoff = pc.max(daily.forecasts["cutoff"]).as_py()
    warehouse.write_table(
        "forecast_accuracy_runs", accuracy, batch_key=cutoff.isoformat(), replace=True
    )
    return RetrainReport(
        len(pc.unique(daily_history["series_id"])),
        daily.forecasts.num_rows,
        hourly.forecasts.num_rows,
        cutoff,
        accuracy,
        time.monotonic() - started,
    )


def _daily_history(warehouse: Warehouse, timezone: str) -> pa.Table:
    rows = warehouse.query(DAILY_SQL)
    midnight = rows["local_date"].cast(pa.timestamp("us"))
    instants = pc.assume_timezone(midnight, timezone, ambiguous="earliest", nonexistent="latest")
    return pa.table(
        {
            "series_id": rows["series_id"],
            "timestamp": instants.cast(pa.timestamp("us", tz="UTC")),
            "value": rows["value"],
        }
    )


def _keep(warehouse: Warehouse, table: str, forecast: Forecast) -> None:
    """Store the forecasts, a batch for each cutoff: the newest replaces its like, others stay."""
    cutoffs = sorted(pc.unique(forecast.forecasts["cutoff"]).to_pylist())
    for cutoff in cutoffs:
        rows = forecast.forecasts.filter(pc.equal(forecast.forecasts["cutoff"], cutoff))
        warehouse.write_table(
            table, rows, batch_key=cutoff.isoformat(), replace=cutoff == cutoffs[-1]
        )


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
