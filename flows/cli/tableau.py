"""`esynapse tableau`: the workbook, with its data or over BigQuery."""

import re
from pathlib import Path

import click

from esynapse.errors import EsynapseError
from esynapse.settings import Settings, load_settings
from flows.cli import cli
from flows.cli.options import home_option

_PROJECT = re.compile(r"([a-z0-9.-]+:)?[a-z][a-z0-9-]{4,28}[a-z0-9]")
_DATASET = re.compile(r"\w{1,1000}", re.ASCII)


@cli.command()
@click.option(
    "--mode",
    type=click.Choice(["extract", "bigquery"]),
    default="extract",
    show_default=True,
    help="A package with the published marts inside, or a workbook that asks BigQuery.",
)
@click.option("--project", help="With --mode bigquery: the project of the marts.")
@click.option("--dataset", help="With --mode bigquery: the pipeline's dataset [default: esynapse].")
@click.option("--billing", help="With --mode bigquery: who pays [default: the project].")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The file to write [default: esynapse.twbx or esynapse.twb in the folder tableau].",
)
@home_option
def tableau(
    mode: str,
    project: str | None,
    dataset: str | None,
    billing: str | None,
    out: Path | None,
    home: Path | None,
) -> None:
    """Build the Tableau workbook.

    No account is needed to build it, nor to open the one with its data inside.
    """
    if mode == "extract":
        if project or dataset or billing:
            raise click.UsageError("--project, --dataset and --billing go with --mode bigquery")
        _packed(load_settings(home=home), out or _folder() / "esynapse.twbx")
        return
    if home:
        raise click.UsageError("--home is where an extract comes from: leave it out")
    settings = load_settings(project=project, dataset=dataset)
    if settings.project == Settings.model_fields["project"].default:
        raise click.UsageError("say with --project whose marts the workbook asks")
    _live(settings, billing, out or _folder() / "esynapse.twb")


def _packed(settings: Settings, out: Path) -> None:
    from esynapse.warehouse import open_warehouse
    from tableau.package import write_package

    rows = write_package(out, open_warehouse(settings, create=False))
    click.echo(f"{rows:,} rows, {out.stat().st_size / 1e6:.1f} MB, in {out}")


def _live(settings: Settings, billing: str | None, out: Path) -> None:
    from esynapse.warehouse.bigquery.names import Names
    from tableau.connections import BigQuery
    from tableau.package import write_live

    for name in (settings.project, billing or settings.project):
        if not _PROJECT.fullmatch(name):
            raise EsynapseError(f"{name!r} is no project of Google Cloud: give its id")
    if not _DATASET.fullmatch(settings.dataset):
        raise EsynapseError(
            f"{settings.dataset!r} is no dataset of BigQuery: letters, digits and underscores"
        )
    _, _, dataset = Names.of(settings).published.rpartition(".")
    connection = BigQuery(settings.project, dataset, billing or settings.project)
    write_live(out, connection, settings.currency)
    click.echo(f"over {settings.project}.{dataset}, in {out}")


def _folder() -> Path:
    import tableau

    return Path(tableau.__file__).parent
