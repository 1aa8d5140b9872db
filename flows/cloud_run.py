"""The work pool on Google Cloud: what a run's container is, sees and may."""

from typing import Any

from esynapse.settings import Settings

CODE = "/opt/esynapse"
"""Where the image has the project; its Dockerfile says so."""
HOME = "/home/esynapse/home"
"""The home of a run. Only its shop outlives the run: a bucket is mounted there."""
USER = 1000
"""Number of the image's user and its group: a bucket is root's unless it is told whose."""
SECONDS = 7200
"""A streamer's run lasts an hour, a first backfill may last longer."""
CPU, MEMORY = "1000m", "2Gi"
PASSED_ON = (
    *("project", "dataset", "location", "topic", "subscription", "dead_letter_topic"),
    *("dead_letter_subscription", "event_expiration_days", "profile", "seed", "scale", "disorder"),
    *("days", "timezone", "currency", "country", "alert_block", "stream_minutes", "stream_rate"),
    *("bigquery_maximum_bytes", "bigquery_challenger"),
)
"""Settings that make a run elsewhere the same pipeline."""


def work_pool_template(
    settings: Settings,
    *,
    image: str,
    region: str,
    account: str,
    bucket: str,
    api_key_secret: str | None = None,
) -> dict[str, Any]:
    """The base job template of a pool of type cloud-run-v2, as ``prefect work-pool`` takes it.

    Args:
        image: of the Dockerfile, by its full name in Artifact Registry.
        region: where the jobs run, for example europe-west1.
        account: e-mail of the service account that the runs act as.
        bucket: whose files are the home's shop.
        api_key_secret: name in Secret Manager of the key to Prefect's API; a run gets the newest
            version as PREFECT_API_KEY. None: the API asks for no key.
    """
    from prefect_gcp.workers.cloud_run_v2 import CloudRunWorkerV2

    template: dict[str, Any] = CloudRunWorkerV2.get_default_base_job_template()
    for name, value in {
        "image": image,
        "region": region,
        "service_account_name": account,
        "timeout": SECONDS,
        "cpu": CPU,
        "memory": MEMORY,
        "launch_stage": "GA",
        "env": environment(settings),
        "prefect_api_key_secret": api_key_secret
        and {"secret": api_key_secret, "version": "latest"},
    }.items():
        template["variables"]["properties"][name]["default"] = value
    job = template["job_configuration"]["job_body"]["template"]["template"]
    owner = [f"uid={USER}", f"gid={USER}"]
    job["volumes"] = [{"name": "shop", "gcs": {"bucket": bucket, "mountOptions": owner}}]
    (container,) = job["containers"]
    container["volumeMounts"] = [{"name": "shop", "mountPath": f"{HOME}/shop"}]
    return template


def environment(settings: Settings) -> dict[str, str]:
    """What a run in a container of ours is told."""
    known = settings.model_dump(include=set(PASSED_ON))
    passed = {f"ESYNAPSE_{name.upper()}": str(known[name]) for name in PASSED_ON}
    return passed | {"ESYNAPSE_TARGET": "bigquery", "ESYNAPSE_HOME": HOME}
