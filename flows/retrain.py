"""retrain-daily: new forecasts, with evidence of how good they are."""

from prefect import flow, task
from prefect.artifacts import create_table_artifact
from prefect.cache_policies import NO_CACHE

from esynapse.pipeline.retrain import RetrainReport, retrain
from esynapse.settings import Settings, load_settings
from flows.common import FLOW_RETRIES, publish_result
from flows.transform import build_and_publish


@task(name="fit-models", cache_policy=NO_CACHE)
def fit_models(settings: Settings) -> RetrainReport:
    return retrain(settings)


@flow(name="retrain-daily", **FLOW_RETRIES)
def retrain_flow() -> None:
    """Fit the daily (30 days) and hourly (168 hours) sales forecasts on all complete days.

    Publishes the forecasts and, as a table, each series' error against the seasonal naive.
    """
    settings = load_settings()
    report = fit_models(settings)
    build_and_publish(settings, full_refresh=False, forecasts_only=True)
    create_table_artifact(key="forecast-accuracy", table=_accuracy_rows(report))
    publish_result(
        "retrain-daily",
        "Forecasts published",
        {
            "series": report.series,
            "history ends before": f"{report.cutoff:%Y-%m-%d %H:%M} UTC",
            "daily rows": report.daily_rows,
            "hourly rows": report.hourly_rows,
            "seconds": report.seconds,
        },
    )


def _accuracy_rows(report: RetrainReport) -> list[dict[str, object]]:
    shown = ("series_id", "granularity", "served_model", "mase", "naive_mase", "coverage_80")
    return [
        {name: round(row[name], 3) if isinstance(row[name], float) else row[name] for name in shown}
        for row in report.accuracy.to_pylist()
    ]
