"""Both workbooks validate against Tableau's own schemas, with one gap that Desktop leaves too."""

import pytest

from tests.tableau import xsd
from tests.tableau.conftest import Books

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("version", xsd.SCHEMAS)
def test_the_packed_workbook_is_valid(books: Books, version: str) -> None:
    assert xsd.errors(books.twb, version) == []
    assert xsd.gaps(books.twb, version) == 1


@pytest.mark.parametrize("version", xsd.SCHEMAS)
def test_the_live_workbook_is_valid(books: Books, version: str) -> None:
    assert xsd.errors(books.live.read_bytes(), version) == []
    assert xsd.gaps(books.live.read_bytes(), version) == 1


@pytest.mark.parametrize("version", xsd.SCHEMAS)
def test_the_schema_sees_what_is_wrong(books: Books, version: str) -> None:
    wrong = books.twb.replace(b'<aggregation value="true" />', b"<aggregate />", 1)
    assert wrong != books.twb
    assert len(xsd.errors(wrong, version)) == 1
