"""Commands for running the pipeline on Google Cloud."""

import json

import click

from esynapse.settings import load_settings
from flows.cli import cli


@cli.command()
def blocks() -> None:
    """Register Prefect's blocks GcpCredentials and BigQueryWarehouse for this project.

    They hold no key. PREFECT_API_URL says where.
    """
    from flows.blocks import register_blocks

    for name in register_blocks(load_settings()):
        click.echo(f"saved {name}")


@cli.command("work-pool")
@click.option("--image", required=True, help="The image, by its full name in Artifact Registry.")
@click.option("--region", required=True, help="Where the jobs run, for example europe-west1.")
@click.option("--account", required=True, help="E-mail of the pipeline's service account.")
@click.option("--bucket", required=True, help="Bucket that keeps the shop between runs.")
@click.option(
    "--api-key-secret",
    help="Secret of Secret Manager with the key to Prefect's API, if it has one.",
)
def work_pool(**options: str | None) -> None:
    """Print the base job template of the work pool on Cloud Run, from the settings as they are.

    \b
    esynapse work-pool --image … > pool.json
    prefect work-pool create esynapse --type cloud-run-v2 --base-job-template pool.json
    """
    from flows.cloud_run import work_pool_template

    template = work_pool_template(load_settings(), **options)  # type: ignore[arg-type]
    click.echo(json.dumps(template, indent=2))
