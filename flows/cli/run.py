"""Commands that run the pipeline and look at it."""

import json
import logging
import os
import signal
import time
from pathlib import Path
from typing import Any

import click

from esynapse.errors import EsynapseError
from esynapse.home import open_home
from esynapse.settings import load_settings
from flows.cli import cli
from flows.cli.options import disorder_option, home_option, rate_option, shop_options
from flows.cli.tables import print_rows


@cli.command()
@shop_options
@disorder_option
@rate_option
@home_option
@click.option("--once", is_flag=True, help="Bring the marts up to now, publish, and exit.")
@click.option("--no-dashboard", is_flag=True, help="Leave the Streamlit page out.")
def up(once: bool, no_dashboard: bool, **options: Any) -> None:
    """Everything on this machine: history, marts, forecasts, live stream, dashboard."""
    from flows.up import up as start

    start(load_settings(**options), once=once, dashboard=not no_dashboard)


@cli.command()
@home_option
def down(home: Path | None) -> None:
    """Stop the 'esynapse up' that runs on this home."""
    from flows.supervisor import is_alive, read_run_file

    entry = read_run_file(open_home(load_settings(home=home).home, create=False)).get("supervisor")
    if not entry or not is_alive(entry):
        click.echo("nothing runs")
        return
    os.kill(int(entry["pid"]), signal.SIGTERM)
    while is_alive(entry):
        time.sleep(0.1)
    click.echo("stopped")


@cli.command()
@home_option
def dashboard(home: Path | None) -> None:
    """The Streamlit page alone, over what is published."""
    from flows.up import dashboard_command, environment

    settings = load_settings(home=home)
    known = open_home(settings.home, create=settings.target == "bigquery")
    click.echo(f"http://{settings.host}:{settings.dashboard_port}")
    command = dashboard_command(settings)
    os.execve(command[0], command, {**os.environ, **environment(settings, known)})  # noqa: S606


@cli.command()
@click.option("--port", type=click.IntRange(1, 65535), help="[default: 8085]")
@home_option
def pubsub(home: Path | None, port: int | None) -> None:
    """The embedded Pub/Sub server alone, for any program that speaks to Pub/Sub.

    What it acknowledged is on the disk. It writes BigQuery subscriptions to the lake of its home.
    """
    from esynapse.ingest.pubsub import serve

    settings = load_settings(home=home, pubsub_port=port)
    known = open_home(settings.home)
    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s")
    serve(
        known,
        settings.host,
        settings.pubsub_port,
        ready=lambda: click.echo(
            f"Pub/Sub listens on {settings.pubsub_address} and keeps its messages in {known.root}\n"
            f"  export PUBSUB_EMULATOR_HOST={settings.pubsub_address}\n"
            "Ctrl-C stops it"
        ),
    )


@cli.command()
@click.argument("sql")
@click.option("--json", "as_json", is_flag=True, help="A JSON array of objects.")
@home_option
def query(sql: str, as_json: bool, home: Path | None) -> None:
    """Ask the published marts a question in SQL."""
    import duckdb

    from esynapse.warehouse import open_warehouse

    settings = load_settings(home=home)
    try:
        rows = open_warehouse(settings, create=False).query(sql)
    except duckdb.Error as error:
        raise EsynapseError(f"the query failed: {str(error).splitlines()[0]}") from None
    print_rows(rows, as_json=as_json)


@cli.command()
@click.option("--json", "as_json", is_flag=True)
@home_option
def status(as_json: bool, home: Path | None) -> None:
    """What runs, what waits, how fresh it is, how many events are late, duplicate or dead."""
    from esynapse.pipeline.status import read_status
    from flows.cli.status_text import print_status
    from flows.supervisor import is_alive, read_run_file

    settings = load_settings(home=home)
    found = read_status(settings)
    running = {
        name: int(entry["pid"])
        for name, entry in read_run_file(open_home(settings.home, create=False)).items()
        if is_alive(entry)
    }
    if as_json:
        click.echo(json.dumps({"processes": running, **found}, default=str, indent=2))
    else:
        print_status(running, found)
