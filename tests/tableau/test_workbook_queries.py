"""Every worksheet's query runs in Tableau's own database and finds something to show."""

import pytest

from tableau.check.book import Book
from tableau.check.queries import ask, query_of
from tableau.views import DASHBOARDS
from tests.tableau.conftest import Books

pytestmark = pytest.mark.slow

SHEETS = sorted({sheet.name for each in DASHBOARDS for sheet in each.sheets})
MAY_BE_EMPTY = {"Trending by category", "Trending products", "What drives them"}
"""A quiet shop has no product that trends."""
BEFORE = ("_before", "_change", "revenue_growth", "growth_score")
"""A shop of five weeks has no thirty days before the last thirty to compare with."""


@pytest.mark.parametrize("name", SHEETS)
def test_a_worksheet_shows_something(books: Books, name: str) -> None:
    book = Book(books.twb)
    rows = ask(books.extract, query_of(book, book.worksheets[name]))
    assert len(rows) or name in MAY_BE_EMPTY
    for column in rows.column_names:
        known = rows[column].null_count < len(rows) or not len(rows)
        assert known or column.removesuffix(":qk").endswith(BEFORE), column


@pytest.mark.parametrize("name", SHEETS)
def test_the_live_workbook_asks_the_same(books: Books, name: str) -> None:
    packed, live = Book(books.twb), Book(books.live.read_bytes())
    assert query_of(packed, packed.worksheets[name]) == query_of(live, live.worksheets[name])
