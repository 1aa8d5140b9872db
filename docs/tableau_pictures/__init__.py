"""The pictures of docs/tableau.md, drawn by docs/tableau_pictures.py from the packed workbook."""

import tempfile
import zipfile
from pathlib import Path

from tableau.check.book import Book
from tableau.check.queries import ask, query_of
from tableau.connections import EXTRACT_PATH
from tableau.package import WORKBOOK
from tableau_pictures.answers import Answer
from tableau_pictures.layout import picture

__all__ = ["pictures"]


def pictures(workbook: Path) -> dict[str, bytes]:
    """File name → the picture of each dashboard of a packed workbook, as SVG."""
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(workbook) as package:
        book = Book(package.read(WORKBOOK))
        extract = package.extract(EXTRACT_PATH, folder)
        answers = {
            name: Answer(book, sheet, ask(Path(extract), query_of(book, sheet)))
            for name, sheet in book.worksheets.items()
        }
    return {
        f"tableau-{name.lower()}.svg": picture(book, dashboard, answers)
        for name, dashboard in book.dashboards.items()
    }
