"""Commands that move data: one step of the pipeline each."""

import os
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from esynapse.settings import Settings, load_settings
from esynapse.signals import stop_on_signals
from flows.cli import cli
from flows.cli.options import disorder_option, home_option, rate_option, shop_options
from flows.cli.screen import step_progress

if TYPE_CHECKING:
    from esynapse.pipeline.export import Format


@cli.command()
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write them to this CSV file, and load nothing.",
)
@shop_options
@home_option
def catalog(out: Path | None, home: Path | None, **shop: Any) -> None:
    """Load the shop's products as they stand today, or write them to a file.

    With --out and options of the shop they are those of a new shop, with which no home has to do.
    """
    from esynapse.home import open_home
    from esynapse.pipeline import export
    from esynapse.pipeline.backfill import load_catalog
    from esynapse.pipeline.shop_floor import shop_as_it_stands

    settings = load_settings(home=home, **shop)
    asked = next((name for name, value in shop.items() if value is not None), None)
    if asked and (out is None or home):
        raise click.UsageError(
            f"--{asked} describes a new shop: give it with --out and without --home"
        )
    if out is None:
        click.echo(f"{load_catalog(settings):,} products")
        return
    if asked:
        state = export.fresh_shop(settings)
    elif home:
        state = shop_as_it_stands(open_home(settings.home, create=False))
    else:
        state = export.shop_or_fresh_one(settings)
    click.echo(f"{export.export_catalog(out, state):,} products, in {out}")


@cli.command()
@shop_options
@disorder_option
@home_option
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write whole days, up to yesterday, to files in this folder, and load nothing.",
)
@click.option("--format", type=click.Choice(["parquet", "csv"]), help="With --out.")
def backfill(out: Path | None, **options: Any) -> None:
    """Simulate and load the shop's history up to now, or write it to files."""
    form = options.pop("format")
    if out is None:
        if form:
            raise click.UsageError("--format describes files: say with --out where to")
        _load_history(load_settings(**options))
        return
    if options["home"]:
        raise click.UsageError("--out writes files and --home loads them: give one of the two")
    if options["disorder"]:
        raise click.UsageError("--disorder is between the shop and a home: leave it out with --out")
    _write_history(load_settings(**options), out, form or "parquet")


def _load_history(settings: Settings) -> None:
    from esynapse.pipeline.backfill import backfill as load

    with step_progress("backfill") as progress:
        report = load(settings, progress=progress)
    click.echo(
        f"{report.events:,} events in {report.seconds:.1f} s, up to {report.until:%F %T} UTC"
    )


def _write_history(settings: Settings, out: Path, form: "Format") -> None:
    from esynapse.pipeline.export import export

    with step_progress("export") as progress:
        report = export(settings, out, format=form, progress=progress)
    click.echo(
        f"{report.events:,} events of {report.days} days in {report.seconds:.1f} s, in {out}"
    )


@cli.command()
@click.option("--minutes", type=click.FloatRange(0, min_open=True), help="Stop after this long.")
@rate_option
@shop_options
@disorder_option
@home_option
def stream(minutes: float | None, **options: Any) -> None:
    """Publish the shop's events as their time comes, until Ctrl-C.

    The Pub/Sub server must run: 'esynapse pubsub', or Google's on the bigquery target.
    """
    from esynapse.pipeline.stream import stream as publish

    duration = timedelta(minutes=minutes) if minutes else None
    report = publish(load_settings(**options), duration=duration, stop=stop_on_signals())
    click.echo(f"{report.events:,} events in {report.seconds:.1f} s")


@cli.command()
@click.option("--full-refresh", is_flag=True, help="Rebuild everything from all of history.")
@home_option
def transform(home: Path | None, full_refresh: bool) -> None:
    """Build and test the marts over what has changed, and publish them if all is green."""
    from esynapse.pipeline.transform import transform as build

    report = build(load_settings(home=home), full_refresh=full_refresh)
    click.echo(
        f"{report.models} models, {report.tests_passed} tests passed, "
        f"{report.changed_dates} event dates, {report.seconds:.1f} s"
    )
    for name in report.warnings:
        click.echo(f"warning: {name}", err=True)


@cli.command()
@home_option
def retrain(home: Path | None) -> None:
    """Fit the forecasts on all complete days and publish them."""
    from esynapse.pipeline.retrain import retrain as fit
    from esynapse.pipeline.transform import transform as build

    settings = load_settings(home=home)
    with step_progress("retrain") as progress:
        report = fit(settings, workers=os.cpu_count() or 1, progress=progress)
    build(settings, forecasts_only=True)
    click.echo(
        f"{report.series} series by day, net revenue and orders by hour, from {report.cutoff:%F}, "
        f"{report.seconds:.1f} s"
    )
    for note in report.notes:
        click.echo(f"note: {note}", err=True)


@cli.command()
@home_option
def publish(home: Path | None) -> None:
    """Publish the marts of the last build again, if it was green."""
    from esynapse.pipeline.transform import republish

    republish(load_settings(home=home))
    click.echo("published")


@cli.command()
@home_option
def docs(home: Path | None) -> None:
    """Write the documentation of the dbt project: models, columns, tests, metrics, lineage."""
    from esynapse.pipeline.docs_site import write_docs

    click.echo(write_docs(load_settings(home=home)))


@cli.command("import")
@click.argument("path", type=click.Path(path_type=Path))
@click.option(
    "--map", "mapping", type=click.Path(path_type=Path), required=True, help="The mapping (YAML)."
)
@home_option
def import_(path: Path, mapping: Path, home: Path | None) -> None:
    """Load your own sales or events from PATH (CSV, text or Parquet) by a mapping of columns."""
    from esynapse.ingest.importer import import_file, load_mapping
    from esynapse.warehouse import open_warehouse

    known = load_mapping(mapping)
    warehouse = open_warehouse(load_settings(home=home))
    with step_progress("import") as progress:
        report = import_file(warehouse, path, known, progress=progress)
    if report.already_imported:
        click.echo("this file was imported before with this mapping: nothing changed")
        return
    click.echo(f"{report.rows_read:,} rows read, {report.rows_landed:,} events added")
    click.echo(f"{report.products_catalogued:,} products added to the catalogue")
    for reason, rows in report.dead_lettered.items():
        click.echo(f"{rows:,} rows to dead_letter_events: {reason}", err=True)
