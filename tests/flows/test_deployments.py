"""The deployments name flows that are there, described, retried and sensible in the UI."""

import importlib
from pathlib import Path
from typing import Any

import prefect
import pytest
import yaml

ROOT = Path(__file__).parents[2]
CONFIG: dict[str, Any] = yaml.safe_load((ROOT / "prefect.yaml").read_text())
DEPLOYMENTS: list[dict[str, Any]] = CONFIG["deployments"]

pytestmark = pytest.mark.slow


def flow_of(deployment: dict[str, Any]) -> prefect.Flow[..., Any]:
    path, name = deployment["entrypoint"].split(":")
    found = getattr(importlib.import_module(path.removesuffix(".py").replace("/", ".")), name)
    assert isinstance(found, prefect.Flow)
    return found


@pytest.mark.parametrize("deployment", DEPLOYMENTS, ids=lambda d: d["name"])
def test_every_flow_is_described_and_tried_again(deployment: dict[str, Any]) -> None:
    flow = flow_of(deployment)
    assert flow.name == deployment["name"]
    assert flow.description
    assert deployment["description"]
    assert flow.retries >= 1


@pytest.mark.parametrize("deployment", DEPLOYMENTS, ids=lambda d: d["name"])
def test_every_parameter_is_typed_has_a_default_and_is_explained(
    deployment: dict[str, Any],
) -> None:
    flow = flow_of(deployment)
    for name, schema in flow.parameters.properties.items():
        assert "default" in schema, name
        assert "type" in schema or all("type" in kind for kind in schema["anyOf"]), name
        assert schema.get("description"), name
    assert set(deployment.get("parameters", {})) <= set(flow.parameters.properties)


@pytest.mark.parametrize("deployment", DEPLOYMENTS, ids=lambda d: d["name"])
def test_every_deployment_goes_to_the_pool_one_run_at_a_time(deployment: dict[str, Any]) -> None:
    assert deployment["work_pool"] == {"name": "esynapse"}
    assert deployment["concurrency_limit"]["limit"] == 1


def test_the_marts_are_built_hourly_and_the_forecasts_daily() -> None:
    crons = {d["name"]: [s.get("cron") for s in d.get("schedules", [])] for d in DEPLOYMENTS}
    assert crons["dbt-hourly"] == ["0 * * * *"]
    assert crons["retrain-daily"] == ["20 0 * * *"]


def test_the_runs_of_the_streamer_are_as_long_as_the_interval_of_its_schedule() -> None:
    (streamer,) = (d for d in DEPLOYMENTS if d["name"] == "streamer")
    (schedule,) = streamer["schedules"]
    assert schedule["interval"] == streamer["parameters"]["minutes"] * 60
    assert streamer["concurrency_limit"]["collision_strategy"] == "ENQUEUE"


def test_no_environment_variable_is_templated_into_a_deployment() -> None:
    """Prefect puts an empty text where the variable is not set."""
    assert "{{ $" not in (ROOT / "prefect.yaml").read_text()
