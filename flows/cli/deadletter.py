"""Commands about dead letters: look, mend, send again."""

import json
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import pyarrow as pa
from rich.markup import escape

from esynapse.settings import load_settings
from flows.cli import USAGE_ERROR, cli
from flows.cli.options import home_option
from flows.cli.screen import step_progress
from flows.cli.tables import print_rows

if TYPE_CHECKING:
    from esynapse.pipeline.deadletter import Letter
    from esynapse.pipeline.replay import Fix, ReplayReport

NAMED = 20
"""Unfit letters named one by one; of more, the rest is counted."""
PREVIEW = 48
"""Characters of a letter's data in the list."""

json_option = click.option("--json", "as_json", is_flag=True, help="For programs.")
reason_option = click.option(
    "--reason", default="", metavar="TEXT", help="Those whose reason contains TEXT."
)


@cli.group()
def deadletter() -> None:
    """Events that did not fit live_events: look at them, mend them, send them again."""


@deadletter.command("list")
@reason_option
@click.option("--since", type=click.DateTime(), help="Those from this time (UTC) on.")
@click.option("--limit", type=click.IntRange(0), default=20, show_default=True)
@json_option
@home_option
def list_(
    reason: str, since: datetime | None, limit: int, as_json: bool, home: Path | None
) -> None:
    """How many there are of each reason, and the newest."""
    from esynapse.pipeline.deadletter import newest_letters, open_lake
    from esynapse.pipeline.letter_text import one_line
    from esynapse.warehouse.dead_letters import dead_letters_by_reason

    lake = open_lake(load_settings(home=home))
    since = since and since.replace(tzinfo=UTC)
    counts = dead_letters_by_reason(lake, reason=reason, since=since)
    letters = newest_letters(lake, reason=reason, since=since, limit=limit)
    if as_json:
        rows = [_facts(letter) for letter in letters]
        click.echo(json.dumps({"by_reason": counts, "letters": rows}, default=str, indent=2))
    elif not counts:
        click.echo("no dead letters")
    else:
        reasons = [escape(one_line(text)) for text in counts]
        print_rows(pa.table({"letters": list(counts.values()), "reason": reasons}))
        if letters:
            _print_letters(letters)


@deadletter.command()
@click.argument("message_id", metavar="ID")
@click.option("--raw", is_flag=True, help="The bytes alone, exactly, to be saved and mended.")
@home_option
def show(message_id: str, raw: bool, home: Path | None) -> None:
    """Everything about the dead letter ID."""
    from esynapse.pipeline.deadletter import open_lake, read_letter
    from esynapse.pipeline.letter_text import one_line, readable

    letter = read_letter(open_lake(load_settings(home=home)), message_id)
    if raw:
        sys.stdout.buffer.write(letter.data)
        return
    kind, text = readable(letter.data)
    facts = {
        "id": letter.message_id,
        "when": f"{letter.publish_time:%F %T} UTC",
        "from": letter.subscription_name,
        "reason": letter.reason,
        "replayed": f"{letter.replayed_at:%F %T} UTC" if letter.replayed_at else "no",
        "data": f"{len(letter.data):,} bytes, {kind}",
        "attributes": "" if letter.attributes else "none",
    }
    for name, value in facts.items():
        click.echo(f"{name:<12}{one_line(value)}".rstrip())
    for name, value in letter.attributes.items():
        click.echo(f"  {one_line(name)} = {one_line(value)}")
    click.echo(f"\n{text}")


@deadletter.command()
@click.argument("ids", nargs=-1)
@reason_option
@click.option("--all", "everything", is_flag=True, help="All that were not replayed yet.")
@click.option(
    "--data",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="Send what is in this file in place of the one letter.",
)
@click.option("--set", "values", multiple=True, metavar="FIELD=VALUE", help="VALUE: JSON or text.")
@click.option("--drop", "dropped", multiple=True, metavar="FIELD", help="Leave this field out.")
@click.option("--dry-run", is_flag=True, help="Say what would be sent, and send nothing.")
@home_option
def replay(
    ids: tuple[str, ...],
    reason: str,
    everything: bool,
    data: Path | None,
    values: tuple[str, ...],
    dropped: tuple[str, ...],
    dry_run: bool,
    home: Path | None,
) -> None:
    """Send dead letters again, mended by --set, --drop or --data; each of them once.

    Letters that would not fit live_events are named and not sent. Exits with 2 if that leaves
    nothing.
    """
    from esynapse.pipeline.deadletter import letters_to_replay, open_lake
    from esynapse.pipeline.replay import replay as send

    if [bool(ids), bool(reason), everything].count(True) != 1:
        raise click.UsageError("say which letters: their IDs, or --reason TEXT, or --all")
    if data and len(ids) != 1:
        raise click.UsageError("--data takes the place of one letter: give one ID")
    fix = _fix(data, values, dropped)
    settings = load_settings(home=home)
    chosen, imports = letters_to_replay(open_lake(settings), message_ids=ids or None, reason=reason)
    if imports:
        click.echo(f"{imports:,} of imports left out: mend the file and import it again")
    with step_progress("replay") as progress:
        report = send(settings, chosen, fix, dry_run=dry_run, progress=progress)
    _print_report(report, dry_run=dry_run)
    if report.unfit and not report.sent:
        sys.exit(USAGE_ERROR)


def _fix(data: Path | None, values: tuple[str, ...], dropped: tuple[str, ...]) -> "Fix":
    from esynapse.pipeline.replay import Fix

    fields: dict[str, Any] = {}
    for assignment in values:
        name, equals, value = assignment.partition("=")
        if not (name and equals):
            raise click.UsageError(f"--set {assignment}: it takes FIELD=VALUE")
        fields[name] = _json_or_text(value)
    return Fix(data.read_bytes() if data else None, fields, dropped)


def _json_or_text(value: str) -> Any:
    try:
        return json.loads(value)
    except ValueError:
        return value


def _print_report(report: "ReplayReport", *, dry_run: bool) -> None:
    from esynapse.pipeline.letter_text import one_line
    from esynapse.warehouse.dead_letters import reason_class

    named = list(report.unfit.items())[:NAMED]
    for message_id, reason in named:
        click.echo(f"{message_id}: not sent: {one_line(reason)}", err=True)
    rest = Counter(map(reason_class, list(report.unfit.values())[NAMED:]))
    for reason, letters in rest.most_common():
        click.echo(f"{letters:,} more: not sent: {one_line(reason)}", err=True)
    click.echo(
        f"{report.sent:,} {'would be sent' if dry_run else 'sent'}, "
        f"{report.sent_before:,} sent before, {len(report.unfit):,} do not fit"
    )


def _print_letters(letters: "list[Letter]") -> None:
    from esynapse.pipeline.letter_text import one_line, preview

    rows = [
        {
            "id": letter.message_id,
            "when (UTC)": f"{letter.publish_time:%F %T}",
            "replayed": f"{letter.replayed_at:%F %T}" if letter.replayed_at else "no",
            "reason": escape(one_line(letter.reason)),
            "data": escape(preview(letter.data, PREVIEW)),
        }
        for letter in letters
    ]
    click.echo()
    print_rows(pa.Table.from_pylist(rows))


def _facts(letter: "Letter") -> dict[str, Any]:
    from esynapse.pipeline.letter_text import preview

    return {
        "id": letter.message_id,
        "when": letter.publish_time,
        "reason": letter.reason,
        "data": preview(letter.data, PREVIEW),
        "bytes": len(letter.data),
        "replayed_at": letter.replayed_at,
    }
