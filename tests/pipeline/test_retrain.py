"""A retrain leaves one run a day, whole or not at all, and what was said before stays."""

import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from esynapse.errors import EsynapseError
from esynapse.home import open_home
from esynapse.pipeline.backfill import backfill
from esynapse.pipeline.retrain import is_due, retrain
from esynapse.pipeline.transform import transform
from esynapse.settings import Settings, load_settings
from esynapse.warehouse.lake import Lake
from esynapse.warehouse.local import LocalWarehouse

pytestmark = pytest.mark.slow

NOW = datetime(2026, 3, 20, 9, tzinfo=UTC)
TABLES = (
    "daily_forecasts",
    "hourly_forecasts",
    "forecast_accuracy_runs",
    "forecast_components",
    "history_anomalies",
)


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Ten days of a small shop, transformed and not yet forecast: enough for simple models."""
    made = load_settings(home=tmp_path_factory.mktemp("retrain") / "home", days=10, scale=0.03)
    backfill(made, now=NOW)
    transform(made)
    return made


def _kept(settings: Settings) -> dict[str, pa.Table]:
    lake = Lake(open_home(settings.home))
    return {table: lake.query(f"select * from {table} order by all") for table in TABLES}


def test_a_first_run_forecasts_every_series_and_its_past(settings: Settings) -> None:
    assert is_due(settings)
    report = retrain(settings, workers=1)
    kept = _kept(settings)
    daily = kept["daily_forecasts"].to_pandas()
    assert set(daily["measure"]) == {"net_revenue", "orders"}
    assert daily["series_id"].nunique() * 2 == report.series
    newest = daily[~daily["is_backtest"]]
    assert set(newest["cutoff"]) == {report.cutoff}
    assert len(newest) == 30 * report.series
    weeks = (report.cutoff - daily.loc[daily["is_backtest"], "cutoff"]) / timedelta(days=7)
    assert set(weeks) == {1}
    hourly = kept["hourly_forecasts"].to_pandas()
    assert len(hourly[~hourly["is_backtest"]]) == 2 * 168
    transform(settings, forecasts_only=True)
    assert not is_due(settings)


def test_a_second_run_on_the_same_day_leaves_one_run(settings: Settings) -> None:
    before = _kept(settings)
    retrain(settings, workers=1)
    assert _kept(settings) == before


def test_a_run_later_that_day_replaces_the_first_and_keeps_what_was_said_before(
    settings: Settings,
) -> None:
    before = _kept(settings)
    backfill(settings, now=NOW + timedelta(hours=3))
    transform(settings)
    retrain(settings, workers=1)
    after = _kept(settings)
    for table in TABLES:
        (old,), (new,) = _runs(before[table]), _runs(after[table])
        assert timedelta(hours=2) < new - old < timedelta(hours=4)
    backtests = [
        kept["hourly_forecasts"].filter(kept["hourly_forecasts"]["is_backtest"])
        for kept in (before, after)
    ]
    assert backtests[0].equals(backtests[1])


def _runs(kept: pa.Table) -> set[datetime]:
    """When the runs happened whose rows are there, backtests left out."""
    rows = kept.to_pylist()
    return {row["run_at"] for row in rows if not row.get("is_backtest", False)}


KILLED = """
import os, signal, sys
from esynapse.pipeline.retrain import retrain
from esynapse.settings import load_settings
from esynapse.warehouse.lake import Lake

register, calls = Lake.register, []

def dying(*arguments, **named):
    calls.append(1)
    if len(calls) == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return register(*arguments, **named)

Lake.register = dying
retrain(load_settings(home=sys.argv[1]), workers=1)
"""


def test_a_run_that_is_killed_half_way_leaves_the_forecasts_before_it(settings: Settings) -> None:
    before = _kept(settings)
    died = subprocess.run([sys.executable, "-c", KILLED, str(settings.home)], check=False)
    assert died.returncode == -signal.SIGKILL
    assert _kept(settings) == before
    retrain(settings, workers=1)
    assert _kept(settings) == before


def test_a_history_too_short_is_refused_and_a_short_one_is_told(tmp_path: Path) -> None:
    young = load_settings(home=tmp_path / "young", days=2, scale=0.02)
    backfill(young, now=NOW)
    transform(young)
    with pytest.raises(EsynapseError, match="spans 2 complete day"):
        retrain(young, workers=1)
    backfill(young, now=NOW + timedelta(days=1))
    transform(young)
    notes = retrain(young, workers=1).notes
    assert notes[0] == (
        "daily: 3 complete days are too few for the models, which need 14; "
        "HistoricAverage is served"
    )


def test_nothing_published_is_refused(tmp_path: Path) -> None:
    empty = load_settings(home=tmp_path / "empty")
    LocalWarehouse(open_home(empty.home))
    with pytest.raises(EsynapseError, match="esynapse"):
        retrain(empty, workers=1)
