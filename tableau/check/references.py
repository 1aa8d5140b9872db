"""Does all that a workbook speaks of exist, and is it of the kinds that Tableau itself writes?"""

from collections.abc import Callable, Iterator

from tableau.check import dashboards, fields, manifest, packages, relations, sheets
from tableau.check.book import Book

CHECKS: tuple[Callable[[Book], Iterator[str]], ...] = (
    relations.problems,
    fields.problems,
    sheets.problems,
    dashboards.problems,
    packages.problems,
    manifest.problems,
)


def problems(twb: bytes) -> list[str]:
    """What is wrong with a workbook, a line each; none if nothing is."""
    book = Book(twb)
    return [problem for check in CHECKS for problem in check(book)]
