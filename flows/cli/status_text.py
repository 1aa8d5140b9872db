"""Status as a person reads it: a block for each section, with units and ages."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from rich.console import Console

from dashboard import formats

Facts = Mapping[str, Any]
Lines = Iterator[tuple[str, str]]


def print_status(processes: Mapping[str, int], status: Mapping[str, Facts]) -> None:
    """Print the processes of 'up' and what ``read_status`` found."""
    console = Console(highlight=False, markup=False, soft_wrap=True)
    running = ", ".join(processes) or "none: 'esynapse up' starts them"
    console.print(f"{'processes':<14}{running}")
    for section, lines_of in _SECTIONS.items():
        console.print()
        title, lines = section.replace("_", " "), list(lines_of(status[section]))
        width = max(22, *(len(name) for name, _ in lines))
        for name, text in lines:
            console.print(f"{title:<14}{name:<{width}}  {text}".rstrip())
            title = ""


def _freshness(facts: Facts) -> Lines:
    yield "newest event", _instant(facts["newest_event"])
    yield "marts published", _instant(facts["marts_published_at"])
    yield "marts up to", _instant(facts["marts_as_of"])


def _stream(facts: Facts) -> Lines:
    if facts["running"]:
        state = "catching up" if facts["catching_up"] else "in real time"
        yield "running", f"{state}, since {_instant(facts['started_at'])}"
        yield "rate", f"{facts['events_per_second']:,.1f} events/s"
        yield "lag", formats.span(facts["lag_seconds"])
        yield "events", f"{facts['events']:,} since it started"
    else:
        yield "not running", "'esynapse up' or 'esynapse stream' starts it"
        if facts["updated_at"]:
            yield "last run", f"{facts['events']:,} events until {_instant(facts['updated_at'])}"


def _pubsub(facts: Facts) -> Lines:
    yield "published", f"{facts['published']:,}"
    yield "delivered", f"{facts['delivered']:,}"
    yield "undelivered", f"{facts['num_undelivered_messages']:,}"
    if facts["num_undelivered_messages"]:
        yield "oldest unacked", f"{formats.span(facts['oldest_unacked_message_age'])} old"
    for subscription in facts["subscriptions"]:
        waiting = subscription["num_undelivered_messages"]
        text = f"{subscription['delivered']:,} delivered, {waiting:,} undelivered"
        if waiting:
            text += f", the oldest {formats.span(subscription['oldest_unacked_message_age'])} old"
        yield f"  {subscription['name'].rsplit('/', 1)[-1]}", text


def _latency(facts: Facts) -> Lines:
    if not facts["rows"]:
        yield f"nothing landed in the last {facts['minutes']} min", ""
        return
    yield "p50", formats.span(facts["p50_seconds"])
    yield (
        "p99",
        f"{formats.span(facts['p99_seconds'])}, from event_timestamp to visible in the lake",
    )
    yield "events", f"{facts['rows']:,} in the last {facts['minutes']} min"


def _arrivals(facts: Facts) -> Lines:
    total = facts["on_time"] + facts["late"]
    yield "on time", f"{facts['on_time']:,}, younger than a minute when they landed"
    yield "late", f"{facts['late']:,}" + (f", {facts['late'] / total:.2%}" if total else "")
    for age_class, rows in list(facts["by_age"].items())[1:]:
        if rows:
            yield f"  {age_class.replace('_', ' ')}", f"{rows:,}"


def _lake(facts: Facts) -> Lines:
    yield "events", f"{facts['events']:,}"
    yield "files", _files(facts["files"], facts["bytes"])
    yield "waiting to be deleted", _files(facts["retired_files"], facts["retired_bytes"])
    for name, table in facts["tables"].items():
        rows = f"{table['rows']:,} {'row' if table['rows'] == 1 else 'rows'}"
        yield f"  {name}", f"{rows}, {_files(table['files'], table['bytes'])}"


def _dead_letters(facts: Facts) -> Lines:
    look = "; 'esynapse deadletter list' shows them" if facts["total"] else ""
    yield "total", f"{facts['total']:,}{look}"
    for reason, letters in facts["by_reason"].items():
        yield f"  {letters:,}", reason


def _marts(facts: Facts) -> Lines:
    if facts["last_build"]:
        yield "last build", f"{facts['last_build']}, {_instant(facts['last_build_at'])}"
    if facts["duplicates"] is None:
        yield "not published yet", "'esynapse up' or 'esynapse transform' builds them"
        return
    yield "duplicates removed", f"{facts['duplicates']:,}"
    yield "quarantined", f"{facts['quarantined']:,}"
    for reason, events in facts["quarantined_by_reason"].items():
        yield f"  {events:,}", reason


_SECTIONS: dict[str, Callable[[Facts], Lines]] = {
    "freshness": _freshness,
    "stream": _stream,
    "pubsub": _pubsub,
    "latency": _latency,
    "arrivals": _arrivals,
    "lake": _lake,
    "dead_letters": _dead_letters,
    "marts": _marts,
}


def _instant(instant: datetime | None) -> str:
    if instant is None:
        return formats.NOTHING
    return f"{formats.instant(instant)}, {formats.age(datetime.now(UTC) - instant)} ago"


def _files(count: int, size: int) -> str:
    return f"{count:,} {'file' if count == 1 else 'files'}, {formats.size(size)}"
