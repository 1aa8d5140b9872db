"""The packed workbook as a package: whole, small, no secrets, opened by Tableau's own library."""

import io
import zipfile
from pathlib import Path

import pytest
from tableaudocumentapi import Workbook

from esynapse.settings import Settings
from esynapse.warehouse import open_warehouse
from tableau.check.book import Book
from tableau.check.packages import SECRET, packed_paths
from tableau.check.queries import ask
from tableau.connections import EXTRACT_PATH, EXTRACT_SCHEMA
from tableau.package import WORKBOOK, used_marts
from tests.tableau.conftest import Books

pytestmark = pytest.mark.slow


def test_it_holds_the_workbook_and_its_extract_alone(books: Books) -> None:
    with zipfile.ZipFile(books.packed) as package:
        assert package.testzip() is None
        assert package.namelist() == [WORKBOOK, EXTRACT_PATH]
    assert books.packed.stat().st_size < 20_000_000


def test_every_path_in_the_workbook_is_in_the_package(books: Books) -> None:
    paths = packed_paths(Book(books.twb))
    assert paths == [EXTRACT_PATH]
    with zipfile.ZipFile(books.packed) as package:
        assert set(paths) <= set(package.namelist())
    assert packed_paths(Book(books.live.read_bytes())) == []


def test_the_extract_has_the_rows_of_the_marts(books: Books, shop_home: Path) -> None:
    warehouse = open_warehouse(Settings(home=shop_home), create=False)
    for mart in used_marts():
        packed = ask(books.extract, f'select count(*) as n from "{EXTRACT_SCHEMA}"."{mart}"')
        assert packed["n"][0].as_py() == len(warehouse.query(f"select 1 from {mart}")), mart


@pytest.mark.parametrize("kind", ["packed", "live"])
def test_tableaus_document_api_opens_it(books: Books, kind: str) -> None:
    workbook = Workbook(str(getattr(books, kind)))
    sources = {each.caption: each for each in workbook.datasources if each.caption}
    assert set(sources) == {source.caption for source in Book(books.twb).sources.values()}
    (connection,) = sources["Products"].connections
    assert connection.dbclass == {"packed": "hyper", "live": "bigquery"}[kind]
    assert len(workbook.worksheets) == len(Book(books.twb).worksheets)
    assert sources["Products"].fields["[health_score]"].caption == "Health score"
    chosen = sources["Products by day"].fields["[Calculation_chosen_metric]"]
    assert chosen.calculation.startswith("CASE [Parameters].[Metric]")


def test_nobodys_secret_and_no_path_of_this_machine_is_in_it(books: Books, shop_home: Path) -> None:
    with zipfile.ZipFile(books.packed) as package:
        files = [package.read(name) for name in package.namelist()]
    files += [books.packed.read_bytes(), books.live.read_bytes()]
    for data in files:
        assert str(shop_home).encode() not in data
        assert str(books.packed.parent).encode() not in data
    for twb in (books.twb, books.live.read_bytes()):
        for element in Book(twb).root.iter():
            assert not [name for name in element.attrib if SECRET.search(name)]


def test_the_same_marts_make_the_same_workbook(
    books: Books, shop_home: Path, tmp_path: Path
) -> None:
    from tableau.package import write_package

    again = tmp_path / "again.twbx"
    write_package(again, open_warehouse(Settings(home=shop_home), create=False))
    with zipfile.ZipFile(io.BytesIO(again.read_bytes())) as package:
        assert package.read(WORKBOOK) == books.twb
