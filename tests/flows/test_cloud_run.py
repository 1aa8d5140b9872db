"""The work pool on Cloud Run: Prefect's own worker makes of its template the job that is meant."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import googleapiclient.discovery
import pytest
from google.auth.credentials import AnonymousCredentials
from prefect.client.schemas.objects import FlowRun
from prefect.settings import PREFECT_API_URL, temporary_settings

from esynapse.settings import Settings
from flows.cloud_run import HOME, PASSED_ON, USER, work_pool_template

pytestmark = pytest.mark.slow

API = "http://127.0.0.1:1/api"
IMAGE = "europe-west1-docker.pkg.dev/shop-project/esynapse/pipeline"
ACCOUNT = "esynapse-pipeline@shop-project.iam.gserviceaccount.com"
SETTINGS = Settings(
    target="bigquery", project="shop-project", dataset="shop", location="EU", country="DE"
)
NOT_PASSED_ON = {
    "target": "always bigquery",
    "home": "always the image's",
    "bucket": "mounted by the pool itself",
    "campaigns": "a file of the machine that makes the pool",
    "host": "of servers of the local target",
    "pubsub_port": "of a server of the local target",
    "prefect_port": "of a server of the local target",
    "dashboard_port": "of a server of the local target",
    "bigquery_endpoint": "of an emulator, which Cloud Run does not reach",
    "bigquery_storage_endpoint": "of an emulator, which Cloud Run does not reach",
}
"""Settings that a run on Cloud Run is not told, and why."""

Job = dict[str, Any]


def job_of(template: dict[str, Any]) -> Job:
    """The job that Prefect's worker would create for a run of a deployment."""
    from prefect_gcp.workers.cloud_run_v2 import CloudRunWorkerJobV2Configuration

    with temporary_settings({PREFECT_API_URL: API}):  # nothing is asked of it
        configuration = asyncio.run(
            CloudRunWorkerJobV2Configuration.from_template_and_values(template, {})
        )
        configuration.prepare_for_flow_run(FlowRun(flow_id=uuid4(), name="brisk-otter"))
    job: Job = configuration.job_body
    return job


@pytest.fixture(scope="module")
def make() -> Callable[..., dict[str, Any]]:
    with pytest.MonkeyPatch.context() as patch:
        # Google's library looks for somebody who is signed in when the configuration is made
        patch.setattr("google.auth.default", lambda **_: (AnonymousCredentials(), "shop-project"))
        yield lambda **options: work_pool_template(
            SETTINGS,
            image=IMAGE,
            region="europe-west1",
            account=ACCOUNT,
            bucket="shop-project-shop-shop",
            **options,
        )


@pytest.fixture(scope="module")
def job(make: Callable[..., dict[str, Any]]) -> Job:
    return job_of(make(api_key_secret="prefect-api-key"))


def task_of(job: Job) -> dict[str, Any]:
    task: dict[str, Any] = job["template"]["template"]
    return task


def container_of(job: Job) -> dict[str, Any]:
    (container,) = task_of(job)["containers"]
    found: dict[str, Any] = container
    return found


def test_a_run_is_the_image_as_the_pipelines_account_for_as_long_as_it_needs(job: Job) -> None:
    container = container_of(job)
    assert container["image"] == IMAGE
    assert container["resources"]["limits"] == {"cpu": "1000m", "memory": "2Gi"}
    assert task_of(job)["serviceAccount"] == ACCOUNT
    assert task_of(job)["timeout"] == "7200s"
    assert job["launchStage"] == "GA"
    assert "flow-run" in container["command"]


def test_the_bucket_is_the_shop_of_the_images_user(job: Job) -> None:
    (volume,) = task_of(job)["volumes"]
    (mount,) = container_of(job)["volumeMounts"]
    assert volume["gcs"]["bucket"] == "shop-project-shop-shop"
    assert volume["gcs"]["mountOptions"] == [f"uid={USER}", f"gid={USER}"]
    assert mount == {"name": volume["name"], "mountPath": f"{HOME}/shop"}


def test_the_key_to_prefect_comes_from_the_secret_and_nothing_else_is_secret(job: Job) -> None:
    given = {each["name"]: each for each in container_of(job)["env"]}
    assert given["PREFECT_API_URL"]["value"] == API
    assert given.pop("PREFECT_API_KEY") == {
        "name": "PREFECT_API_KEY",
        "valueSource": {"secretKeyRef": {"secret": "prefect-api-key", "version": "latest"}},
    }
    for name, each in given.items():
        assert set(each) == {"name", "value"}
        assert not any(word in name for word in ("KEY", "TOKEN", "SECRET", "PASSWORD", "AUTH"))


def test_a_pool_without_a_secret_has_none(make: Callable[..., dict[str, Any]]) -> None:
    assert not any("valueSource" in each for each in container_of(job_of(make()))["env"])


def test_every_setting_is_told_to_the_run_or_has_a_reason_not_to_be(job: Job) -> None:
    assert {*PASSED_ON}.isdisjoint(NOT_PASSED_ON)
    assert {*PASSED_ON, *NOT_PASSED_ON} == set(Settings.model_fields)

    given = {e["name"]: e["value"] for e in container_of(job)["env"] if "value" in e}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in given.items():
            patch.setenv(name, value)
        seen = Settings(_env_file=None)  # type: ignore[call-arg]
    assert str(seen.home) == HOME
    for name in {*PASSED_ON, "target"}:
        assert getattr(seen, name) == getattr(SETTINGS, name), name


def test_googles_description_of_a_job_knows_every_field(job: Job) -> None:
    """Its discovery document, as the library brings it along. Cloud Run refuses unknown fields."""
    service = googleapiclient.discovery.build(
        "run", "v2", credentials=AnonymousCredentials(), static_discovery=True
    )
    schemas = service._rootDesc["schemas"]

    def check(value: Any, schema: dict[str, Any], path: str) -> None:
        if "$ref" in schema:
            schema = schemas[schema["$ref"]]
        if isinstance(value, dict) and "properties" in schema:
            for key, inner in value.items():
                assert key in schema["properties"], f"{path}.{key}"
                check(inner, schema["properties"][key], f"{path}.{key}")
        elif isinstance(value, list):
            for inner in value:
                check(inner, schema["items"], path)

    check(job, {"$ref": "GoogleCloudRunV2Job"}, "job")


def test_the_command_prints_the_template(make: Callable[..., dict[str, Any]]) -> None:
    options = {
        "--image": IMAGE,
        "--region": "europe-west1",
        "--account": ACCOUNT,
        "--bucket": "shop-project-shop-shop",
        "--api-key-secret": "prefect-api-key",
    }
    settings = ("target", "project", "dataset", "location", "country")
    environment = {f"ESYNAPSE_{n.upper()}": str(getattr(SETTINGS, n)) for n in settings}
    printed = subprocess.run(
        [sys.executable, "-m", "flows.cli", "work-pool", *(w for o in options.items() for w in o)],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, **environment},
        timeout=120,
    )
    assert json.loads(printed.stdout) == make(api_key_secret="prefect-api-key")
