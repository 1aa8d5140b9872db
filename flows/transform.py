"""dbt-hourly: from raw events to published marts."""

from typing import Any

from prefect import flow, get_run_logger, task
from prefect.cache_policies import NO_CACHE
from prefect_dbt import PrefectDbtRunner, PrefectDbtSettings

from esynapse.pipeline.dbt_project import DBT_PROJECT
from esynapse.pipeline.transform import TransformReport, transform
from esynapse.settings import Settings, load_settings
from flows.alerts import alert_on_anomalies
from flows.common import FLOW_RETRIES, publish_result
from flows.slots import WAREHOUSE, holding


@task(name="dbt-build-and-publish", cache_policy=NO_CACHE)
def build_and_publish(
    settings: Settings, full_refresh: bool, forecasts_only: bool
) -> TransformReport:
    def invoke(arguments: list[str]) -> Any:
        home = settings.home.expanduser().absolute()
        dbt = PrefectDbtSettings(
            project_dir=DBT_PROJECT, profiles_dir=DBT_PROJECT, target_path=home / "dbt"
        )
        return PrefectDbtRunner(settings=dbt, raise_on_failure=False).invoke(arguments)

    with holding(settings, WAREHOUSE):
        return transform(
            settings, full_refresh=full_refresh, forecasts_only=forecasts_only, invoke=invoke
        )


@flow(name="dbt-hourly", **FLOW_RETRIES)
def transform_flow(full_refresh: bool = False) -> None:
    """Build the dbt marts over the days that received events since the last green build.

    Marts are shown to readers only if every model and test is green.

    Args:
        full_refresh: rebuild everything from all of history (minutes instead of seconds).
    """
    settings = load_settings()
    report = build_and_publish(settings, full_refresh, forecasts_only=False)
    anomalies = alert_on_anomalies(settings)
    for name in report.warnings:
        get_run_logger().warning("dbt warns: %s", name)
    publish_result(
        "dbt-hourly",
        "Marts published",
        {
            "event dates rebuilt": report.changed_dates,
            "models": report.models,
            "tests passed": report.tests_passed,
            "warnings": ", ".join(report.warnings) or "none",
            "new anomalies": anomalies,
            "seconds": report.seconds,
            "slowest": ", ".join(f"{name} {seconds} s" for name, seconds in report.slowest),
        },
    )
