"""`esynapse provision`: what the pipeline needs of its target, shown, made, or deleted."""

import json
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from esynapse.settings import Settings, load_settings
from flows.cli import cli
from flows.cli.options import home_option

if TYPE_CHECKING:
    from esynapse.provision import Change, Plan, Resource


@cli.command()
@click.option("--plan", "shows", is_flag=True, help="Show what would be done, and do nothing.")
@click.option(
    "--as",
    "form",
    type=click.Choice(["text", "gcloud", "json"]),
    help="With --plan: for people, as a script of gcloud and bq commands, or as JSON.",
)
@click.option(
    "--destroy", "deletes", is_flag=True, help="Delete it all, with the data; asks first."
)
@click.option("--yes", is_flag=True, help="With --destroy: do not ask.")
@click.option("--project", help="Id of the Google Cloud project [default: ESYNAPSE_PROJECT].")
@click.option("--dataset", help="BigQuery dataset of the raw tables [default: esynapse].")
@click.option("--location", help="Region or multi-region of the datasets [default: US].")
@home_option
def provision(shows: bool, form: str | None, deletes: bool, yes: bool, **given: Any) -> None:
    """Make what the pipeline needs of its target: what is missing, and what is not as declared.

    On the local target these are the Pub/Sub topics and subscriptions; with
    ESYNAPSE_TARGET=bigquery also APIs, a service account, datasets, tables and grants. What is
    there already is kept, and run again this does nothing. --plan needs no account.
    """
    if form and not shows:
        raise click.UsageError("--as is the form of a plan: say --plan as well")
    if shows and deletes:
        raise click.UsageError("--plan shows and --destroy deletes: give one of the two")
    if yes and not deletes:
        raise click.UsageError("--yes answers what --destroy asks")
    settings = load_settings(**given)
    if deletes:
        _destroy(settings, yes=yes)
    elif shows:
        _show(settings, form or "text")
    else:
        _provision(settings)


def _show(settings: Settings, form: str) -> None:
    from esynapse.provision import plan
    from esynapse.provision.gcloud import gcloud_script

    if form == "gcloud":
        click.echo(gcloud_script(settings), nl=False)
    elif form == "json":
        click.echo(json.dumps(_plain(settings, plan(settings)), indent=2))
    else:
        click.echo(_text(settings, plan(settings)))


def _provision(settings: Settings) -> None:
    from esynapse.provision import provision as make

    done = make(settings, tell=lambda change: click.echo(_done(change)))
    if not done:
        click.echo("nothing to do: all is as declared")


def _destroy(settings: Settings, *, yes: bool) -> None:
    from esynapse.provision import destroy

    if not yes:
        if not sys.stdin.isatty():
            raise click.UsageError("there is no terminal to ask at: say --yes to delete all")
        click.confirm(f"{_warning(settings)}\nDelete it all?", abort=True, err=True)
    deleted = destroy(settings, tell=lambda resource: click.echo(f"deleted {_named(resource)}"))
    if not deleted:
        click.echo("nothing to delete")


def _warning(settings: Settings) -> str:
    """What --destroy is about to delete, by name."""
    from esynapse.provision import resources

    lines = [f"In project {settings.project}, for good:"]
    for resource in resources(settings):
        if resource.kind in ("service account", "topic", "subscription"):
            lines.append(f"  {_named(resource)}")
        elif resource.kind == "dataset":
            lines.append(f"  {_named(resource)} with all that is in it")
    return "\n".join(lines)


def _text(settings: Settings, found: "Plan") -> str:
    where = f"target {settings.target}, project {settings.project}"
    counts = {"create": 0, "change": 0, "unchanged": 0}
    lines = [where, *found.notes]
    for change in found.changes:
        counts[change.action] += 1
        lines.append(f"{change.action:<10}{_named(change.resource)}{_details(change)}")
        for difference in change.differences:
            lines.append(f"{'':10}  {difference}")
            if difference.obstacle:
                lines.append(f"{'':10}  cannot be done: {difference.obstacle}")
    lines.append(", ".join(f"{count} to {action}" for action, count in counts.items() if count))
    return "\n".join(lines).replace("to unchanged", "unchanged")


def _details(change: "Change") -> str:
    """The properties of what is to be created, in short."""
    if change.action != "create" or change.resource.kind == "grant":
        return ""
    shown = []
    for name, value in change.resource.properties.items():
        label = name.replace("_", " ")
        if name == "schema":
            shown.append(f"{len(value)} columns")
        elif value is True:
            shown.append(label)
        elif isinstance(value, dict | list):
            shown.append(
                f"{label} {', '.join(value.values() if isinstance(value, dict) else value)}"
            )
        elif value:
            shown.append(f"{label} {value}")
    return f": {'; '.join(shown)}" if shown else ""


def _done(change: "Change") -> str:
    if change.action == "create":
        return f"created {_named(change.resource)}"
    return f"changed {_named(change.resource)}: {', '.join(d.name for d in change.differences)}"


def _named(resource: "Resource") -> str:
    return f"{resource.kind} {resource.name}"


def _plain(settings: Settings, found: "Plan") -> dict[str, Any]:
    names = ("target", "project", "dataset", "location")
    return {name: getattr(settings, name) for name in names} | asdict(found)
