"""All that the workbooks speak of exists."""

import re

import pytest

from tableau.check.book import Book
from tableau.check.references import problems
from tableau.views import DASHBOARDS
from tests.tableau.conftest import Books

pytestmark = pytest.mark.slow


def test_nothing_is_wrong_with_the_packed_workbook(books: Books) -> None:
    assert problems(books.twb) == []


def test_nothing_is_wrong_with_the_live_workbook(books: Books) -> None:
    assert problems(books.live.read_bytes()) == []


def test_the_two_differ_in_their_connections_and_tables_alone(books: Books) -> None:
    def neutral(twb: bytes) -> list[str]:
        lines = twb.decode().splitlines()
        return [
            re.sub(r'connection="[^"]*"|table="[^"]*"', "", line)
            for line in lines
            if "<connection " not in line and "named-connection " not in line
        ]

    assert neutral(books.twb) == neutral(books.live.read_bytes())


def test_every_view_that_was_asked_for_is_there(books: Books) -> None:
    book = Book(books.twb)
    assert list(book.dashboards) == [each.name for each in DASHBOARDS]
    assert set(book.dashboards) == {
        "Overview",
        "Products",
        "Discounts",
        "Funnel",
        "Forecast",
        "Trending",
    }
    assert set(book.parameters) == {"Metric", "Days"}
    assert len([name for name in book.worksheets if name.startswith("KPI")]) == 6
    controls = {
        zone.get("param", "").rpartition(".")[2]
        for zone in book.root.iterfind(".//dashboards//zone[@type-v2='filter']")
    }
    assert {"[none:category:nk]", "[none:is_on_sale:nk]", "[none:Calculation_state:nk]"} <= controls


def test_every_worksheet_stands_on_a_dashboard_and_on_its_phone(books: Books) -> None:
    book = Book(books.twb)
    for path in ("./zones//zone", "./devicelayouts/devicelayout[@name='Phone']/zones//zone"):
        shown = {
            zone.get("name")
            for dashboard in book.dashboards.values()
            for zone in dashboard.iterfind(path)
        }
        assert set(book.worksheets) <= shown


def test_fields_bear_the_words_of_dbt(books: Books) -> None:
    source = next(s for s in Book(books.twb).sources.values() if s.caption == "Shop by day")
    column = source.element.find("./column[@name='[average_order_value]']")
    assert column is not None
    assert column.get("caption") == "Average order value"
    assert (
        column.findtext("./desc/formatted-text/run")
        == "Gross revenue ÷ orders; null without orders."
    )
    assert column.get("default-format") == 'c"$"#,##0;-"$"#,##0'


def test_colours_are_those_of_the_dashboard(books: Books) -> None:
    from dashboard.colours import CATEGORICAL, HEALTH

    root = Book(books.twb).root
    palette = [each.text for each in root.iterfind("./preferences/color-palette/color")]
    assert palette == list(CATEGORICAL)
    bands = {
        (each.findtext("bucket") or "").strip('"'): each.get("to")
        for each in root.iterfind(".//encoding[@field='[none:health_band:nk]']/map")
    }
    assert bands == HEALTH
