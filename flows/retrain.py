"""retrain-daily: new forecasts, with evidence of how good they are."""

import os

from prefect import flow, get_run_logger, task
from prefect.artifacts import create_table_artifact
from prefect.cache_policies import NO_CACHE

from esynapse.pipeline.retrain import RetrainReport, retrain
from esynapse.settings import Settings, load_settings
from flows.alerts import alert_on_anomalies
from flows.common import FLOW_RETRIES, publish_result
from flows.transform import build_and_publish


@task(name="fit-models", cache_policy=NO_CACHE)
def fit_models(settings: Settings) -> RetrainReport:
    return retrain(settings, workers=os.cpu_count() or 1)


@flow(name="retrain-daily", **FLOW_RETRIES)
def retrain_flow() -> None:
    """Fit the daily (30 days) and hourly (168 hours) sales forecasts on all complete days.

    Publishes the forecasts and, as a table, each series' error against the seasonal naive.
    """
    settings = load_settings()
    report = fit_models(settings)
    build_and_publish(settings, full_refresh=False, forecasts_only=True)
    anomalies = alert_on_anomalies(settings)
    create_table_artifact(key="forecast-accuracy", table=_accuracy_rows(report))
    for note in report.notes:
        get_run_logger().warning(note)
    publish_result(
        "retrain-daily",
        "Forecasts published",
        {
            "series": report.series,
            "history ends before": f"{report.cutoff:%Y-%m-%d %H:%M} UTC",
            "daily rows": report.daily_rows,
            "hourly rows": report.hourly_rows,
            "new anomalies": anomalies,
            "seconds": report.seconds,
        },
    )


def _accuracy_rows(report: RetrainReport) -> list[dict[str, object]]:
    """What is served of each series, and how it did beside the seasonal naive."""
    key = ("granularity", "measure", "series_id")
    shown = ("model", "mase", "smape", "bias", "coverage_80", "interval_scale")
    rows = report.accuracy.to_pylist()
    naive = {
        tuple(row[name] for name in key): row["mase"]
        for row in rows
        if row["model"].startswith("SeasonalNaive")
    }
    return [
        {name: _rounded(row[name]) for name in (*key, *shown)}
        | {"mase of seasonal naive": _rounded(naive.get(tuple(row[name] for name in key)))}
        for row in rows
        if row["is_served"]
    ]


def _rounded(value: object) -> object:
    return round(value, 3) if isinstance(value, float) else value
