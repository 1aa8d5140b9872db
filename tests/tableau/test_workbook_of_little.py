"""A workbook of data that lack most of what a shop has: purchases of one unknown product."""

import zipfile
from pathlib import Path

import pytest

from esynapse.settings import Settings
from esynapse.warehouse import open_warehouse
from tableau.check.book import Book
from tableau.check.queries import ask, query_of
from tableau.check.references import problems
from tableau.connections import EXTRACT_PATH
from tableau.package import WORKBOOK, write_package

pytestmark = pytest.mark.slow


def test_it_is_built_and_every_worksheet_runs(purchases_home: Path, tmp_path: Path) -> None:
    packed = tmp_path / "shop.twbx"
    write_package(packed, open_warehouse(Settings(home=purchases_home), create=False))
    with zipfile.ZipFile(packed) as package:
        twb = package.read(WORKBOOK)
        extract = Path(package.extract(EXTRACT_PATH, tmp_path))
    assert problems(twb) == []
    book = Book(twb)
    answers = {name: ask(extract, query_of(book, s)) for name, s in book.worksheets.items()}
    assert len(answers["KPI Net revenue"]) == 1
    assert len(answers["Forecast by day"]) == 0
