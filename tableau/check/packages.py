"""What must not be in a workbook: secrets, and the paths of the machine that built it."""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from tableau.check.book import Book

SECRET = re.compile(r"password|passwd|secret|token|private[-_]key|oauth-config", re.IGNORECASE)
_FOLDERS = "home|root|Users|tmp|work|var|opt|mnt"
_ABSOLUTE = re.compile(rf"(?:^|[\s'\"=(])(?:/(?:{_FOLDERS})/|[A-Za-z]:[\\/]|\\\\\w)")


def problems(book: Book) -> Iterator[str]:
    """Secrets and paths in a workbook."""
    for element in book.root.iter():
        for name, value in element.attrib.items():
            if SECRET.search(name) and value:
                yield f"<{element.tag}> has a {name}"
            if _ABSOLUTE.search(value):
                yield f"<{element.tag}> has the path {value!r}"
        if element.text and _ABSOLUTE.search(element.text):
            yield f"<{element.tag}> speaks of the path {element.text!r}"
    yield from (
        f"the extract is outside of the package: {path}"
        for path in packed_paths(book)
        if PurePosixPath(path).is_absolute() or ".." in PurePosixPath(path).parts
    )


def packed_paths(book: Book) -> list[str]:
    """The files of the package that its connections read, each once."""
    found = [
        connection.get("dbname", "")
        for source in book.sources.values()
        for connection in source.connections.values()
        if connection.get("class") == "hyper"
    ]
    return list(dict.fromkeys(found))
