"""The manifest: does it name the features whose elements the workbook has, as Tableau demands?"""

from collections.abc import Iterator

from tableau.check.book import Book

NEEDED = {
    "worksheet/simple-id": "SheetIdentifierTracking",
    "dashboard/simple-id": "SheetIdentifierTracking",
    "window/simple-id": "WindowsPersistSimpleIdentifiers",
    "computed-sort": "SortTagCleanup",
    "manual-sort": "SortTagCleanup",
}
"""Elements → the feature without which Tableau does not know them."""


def problems(book: Book) -> Iterator[str]:
    """What the manifest lacks."""
    named = [each.tag for each in book.root.iterfind("./document-format-change-manifest/*")]
    if named != sorted(named):
        yield "the manifest is not in the order of the alphabet"
    for path, feature in NEEDED.items():
        if feature not in named and book.root.find(f".//{path}") is not None:
            yield f"the manifest does not name {feature}, which {path} needs"
