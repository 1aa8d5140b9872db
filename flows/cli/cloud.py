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
@click.option(
    "--account", help="E-mail of the service account of the runs [default: as provisioned]."
)
@click.option("--bucket", help="Bucket that keeps the shop between runs [default: as provisioned].")
@click.option(
    "--api-key-secret",
    help="Secret of Secret Manager with the key to Prefect's API, if it has one.",
)
def work_pool(
    image: str, region: str, account: str | None, bucket: str | None, api_key_secret: str | None
) -> None:
    """Print the base job template of the work pool on Cloud Run, from the settings as they are.

    \b
    esynapse work-pool --image … > pool.json
    prefect work-pool create esynapse --type cloud-run-v2 --base-job-template pool.json
    """
    from esynapse.provision.resources import pipeline_account, shop_bucket
    from flows.cloud_run import work_pool_template

    settings = load_settings()
    template = work_pool_template(
        settings,
        image=image,
        region=region,
        account=account or pipeline_account(settings),
        bucket=bucket or shop_bucket(settings),
        api_key_secret=api_key_secret,
    )
    click.echo(json.dumps(template, indent=2))
