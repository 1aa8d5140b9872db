"""Worksheets: is everything on their shelves, marks, filters and in their words declared?"""

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from tableau.check.book import QUALIFIED, Book, Worksheet
from tableau.sources import GENERATED, MEASURE_NAMES, MEASURE_VALUES

MARKS = frozenset(
    {"Automatic", "Area", "Bar", "Circle", "GanttBar", "Line", "Pie", "Shape", "Square", "Text"}
)
FUNCTIONS = frozenset({"level-members", "member", "union", "end", "order", "except"})
_SHELF = re.compile(r"[\s()/*+]*")
"""What stands between the instances on a shelf."""


def problems(book: Book) -> Iterator[str]:
    """What is wrong with the worksheets."""
    for sheet in book.worksheets.values():
        for problem in (
            *_sources(book, sheet),
            *_shelves(sheet),
            *_uses(sheet),
            *_panes(sheet),
            *_filters(sheet),
            *_measure_values(sheet),
        ):
            yield f"worksheet {sheet.name}: {problem}"
    names = [each.get("name") for each in book.root.iterfind("./worksheets/worksheet")]
    yield from (f"two worksheets are called {each}" for each in set(names) if names.count(each) > 1)


def _sources(book: Book, sheet: Worksheet) -> Iterator[str]:
    known = {*book.sources, "Parameters"}
    for name in {*sheet.sources, *sheet.declared("column")}:
        if name not in known:
            yield f"there is no data source {name}"
    if not set(sheet.sources) & set(book.sources):
        yield "it uses no data source"


def _shelves(sheet: Worksheet) -> Iterator[str]:
    for text in sheet.shelves:
        if not _SHELF.fullmatch(QUALIFIED.sub("", text)):
            yield f"a shelf says {text!r}"
        if text.count("(") != text.count(")"):
            yield f"a shelf's brackets do not match: {text!r}"


def _uses(sheet: Worksheet) -> Iterator[str]:
    """Every ``[source].[instance]`` in it is declared."""
    for each in sheet.element.iter():
        if each.tag in ("column", "calculation", "column-instance"):
            continue
        for text in (each.text or "", *each.attrib.values()):
            if "[" in text and each.tag != "title":
                yield from _declared(sheet, text)


def _declared(sheet: Worksheet, text: str) -> Iterator[str]:
    for source, name in QUALIFIED.findall(text):
        if source == "Parameters" or name in GENERATED:
            continue
        if (source, name) not in sheet.instances:
            yield f"it speaks of [{source}].[{name}], undeclared"


def _panes(sheet: Worksheet) -> Iterator[str]:
    for pane in sheet.element.iterfind("./table/panes/pane"):
        mark = pane.find("mark")
        if mark is None or mark.get("class") not in MARKS:
            yield "a pane has no mark of Tableau's"
        for name in ("x-axis-name", "y-axis-name"):
            axis = pane.get(name)
            if axis and not any(axis in shelf for shelf in sheet.shelves):
                yield f"a pane is of the axis {axis}, which is on no shelf"
    for tooltip in sheet.element.iterfind(".//encodings/tooltip"):
        if "].[none:" in tooltip.get("column", ""):
            yield f"the tooltip has {tooltip.get('column')} as it is: Tableau shows nothing then"
    shown = {each.get("column") for each in sheet.element.iterfind(".//encodings/*")}
    shown |= {
        f"[{source}].[{name}]" for text in sheet.shelves for source, name in QUALIFIED.findall(text)
    }
    for run in (
        *sheet.element.iterfind(".//customized-tooltip//run"),
        *sheet.element.iterfind(".//customized-label//run"),
    ):
        for source, name in QUALIFIED.findall(run.text or ""):
            if f"[{source}].[{name}]" not in shown:
                yield f"its words speak of [{name}], which is not in the view"


def _filters(sheet: Worksheet) -> Iterator[str]:
    sliced = {each.text for each in sheet.element.iterfind("./table/view/slices/column")}
    for each in sheet.filters:
        column = each.get("column", "")
        if column not in sliced:
            yield f"the filter on {column} has no slice: Tableau drops it"
        yield from _groups(column, each)


def _groups(column: str, filter_: Element) -> Iterator[str]:
    (_, level), *_ = QUALIFIED.findall(column) or [("", "")]
    for each in filter_.iter("groupfilter"):
        function = each.get("function", "")
        if function not in FUNCTIONS:
            yield f"there is no function {function!r} of a filter"
        if function in ("member", "level-members") and each.get("level") != f"[{level}]":
            yield f"the filter on {column} is by {each.get('level')}"
        unquoted = not re.fullmatch(r'"\[[^"]+\]"', each.get("member", ""))
        if function == "member" and level == MEASURE_NAMES and unquoted:
            yield f"the filter on {column} takes {each.get('member')}, without quotes"
        if function == "end" and not each.get("count", "").isdigit():
            yield f"the filter on {column} counts {each.get('count')}"


def _measure_values(sheet: Worksheet) -> Iterator[str]:
    """Measure Values need to be told which."""
    text = " ".join(
        [*sheet.shelves, *(e.get("column", "") for e in sheet.element.iterfind(".//encodings/*"))]
    )
    told = any(MEASURE_NAMES in each.get("column", "") for each in sheet.filters)
    if f"[{MEASURE_VALUES}]" in text and not told:
        yield "Measure Values of no measures"
