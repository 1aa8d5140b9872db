"""Write the table of docs/pubsub.md.

    python docs/pubsub_table.py

Its rows are the tests of tests/conformance and what they say about themselves; no server is run.
The suite itself sees to it that what they say is true.
"""

import importlib
import inspect
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs/pubsub.md"
BEGIN = "<!-- the table: written by docs/pubsub_table.py -->"
END = "<!-- the end of the table -->"

HEADER = "| behaviour | ours | Google's emulator | documentation |\n|---|---|---|---|"


def main() -> None:
    """Write the table into the page, and say how long it is."""
    made = table()
    PAGE.write_text(page_with(made, PAGE.read_text()))
    click.echo(f"{PAGE.relative_to(ROOT)}: {made.splitlines()[0]}")


def table() -> str:
    """A line that counts, then a row for every behaviour under a row for its area."""
    areas = list(_areas())
    every = [found for _, behaviours in areas for found in behaviours]
    lines = [
        f"{len(every)} behaviours. Ours departs from the documentation in "
        f"{_departures(every, 'ours')}, Google's emulator in {_departures(every, 'emulator')}.",
        "",
        HEADER,
    ]
    for area, behaviours in areas:
        lines.append(f"| **{area}** | | | |")
        lines += [
            f"| {found.sentence} | {found.ours or '✓'} | {found.emulator or '✓'} "
            f"| [{label(found.doc)}]({found.doc}) |"
            for found in behaviours
        ]
    return "\n".join(lines)


def page_with(made: str, page: str) -> str:
    """``page`` with ``made`` as its table."""
    before, _, rest = page.partition(BEGIN)
    _, found, after = rest.partition(END)
    if not found:
        raise ValueError(f"{PAGE} has no place for the table: {BEGIN} … {END}")
    return f"{before}{BEGIN}\n{made}\n{END}{after}"


def label(address: str) -> str:
    """A short name of a page of the documentation, or of the type or method it is about."""
    return address.rsplit("/", 1)[-1].rsplit("#google.pubsub.v1.", 1)[-1].replace("#", ": ")


def _areas() -> Iterator[tuple[str, list[Any]]]:
    """Title and behaviours of each test file, both as they stand there."""
    sys.path.insert(0, str(ROOT))
    from tests.conformance.behaviours import behaviour_of

    for path in sorted((ROOT / "tests/conformance").glob("test_conformance_*.py")):
        module = importlib.import_module(f"tests.conformance.{path.stem}")
        tests = [test for _, test in inspect.getmembers(module, behaviour_of)]
        tests.sort(key=lambda test: test.__code__.co_firstlineno)
        yield (module.__doc__ or path.stem).rstrip("."), [behaviour_of(test) for test in tests]


def _departures(every: list[Any], service: str) -> str:
    return str(sum(found.departure(service) is not None for found in every))


if __name__ == "__main__":
    main()
