"""What a sheet got from its data, as a sketch needs it: names, times, measures, words."""

import re
from datetime import date, datetime
from functools import cached_property
from xml.etree.ElementTree import Element

import pyarrow as pa

from tableau.check.book import QUALIFIED, Book, Worksheet

_DIGITS = re.compile(r"\.(0*)")


class Answer:
    """The answer to a sheet's query, with what its fields are called and how they are written."""

    def __init__(self, book: Book, sheet: Worksheet, rows: pa.Table) -> None:
        self.sheet = sheet
        self._source = book.sources[next(n for n in sheet.sources if n in book.sources)]
        # a group has no order of its own
        by = [(name, "ascending") for name in rows.column_names]
        self.rows = rows.sort_by(by).to_pydict() if len(rows) else rows.to_pydict()

    @property
    def marks(self) -> list[str]:
        return [each.get("class", "") for each in self.sheet.element.iter("mark")]

    def on(self, shelf: int) -> list[str]:
        """The instances on rows (0) or columns (1) that the answer has."""
        return [n for _, n in QUALIFIED.findall(self.sheet.shelves[shelf]) if n in self.rows]

    def encoded(self, kind: str) -> list[str]:
        """The instances that colour, size or text stand for."""
        found = self.sheet.element.iterfind(f".//encodings/{kind}")
        names = [name for each in found for _, name in QUALIFIED.findall(each.get("column", ""))]
        return [name for name in names if name in self.rows]

    @cached_property
    def colours(self) -> dict[str, str]:
        """A value of what colour stands for, as it is written → the workbook's colour of it."""
        return {
            self.written(name, (each.findtext("bucket") or "").strip('"')): each.get("to", "")
            for name in self.encoded("color")
            for each in self._source.element.iterfind(f".//encoding[@field='[{name}]']/map")
        }

    @property
    def measures(self) -> list[str]:
        """Those behind Measure Values, in their order."""
        path = ".//groupfilter[@level='[:Measure Names]']"
        found = [e.get("member", "") for e in self.sheet.element.iterfind(path)]
        return [name for text in found for _, name in QUALIFIED.findall(text)]

    def caption(self, name: str) -> str:
        column = self._column(name)
        return "" if column is None else column.get("caption", "")

    def written(self, name: str, value: object) -> str:
        """A value by its field's format, or alias."""
        if value is None:
            return "–"
        if isinstance(value, datetime | date):
            return f"{value:%d %b}"
        column = self._column(name)
        if isinstance(value, bool | str):
            key = str(value).lower() if isinstance(value, bool) else f'"{value}"'
            found = [] if column is None else column.findall("./aliases/alias")
            return {e.get("key"): e.get("value", "") for e in found}.get(key, str(value))
        assert isinstance(value, int | float)
        return _number(value, "" if column is None else column.get("default-format", ""))

    def ordered(self, names: list[str]) -> list[int]:
        """Rows as the sheet sorts them: by its measure, or the newest first."""
        sort = self.sheet.element.find("./table/view/computed-sort")
        using = "" if sort is None else sort.get("using", "").rpartition("[")[2].rstrip("]")
        values = self.rows.get(using) or self.rows[names[0]]
        return sorted(range(len(values)), key=lambda at: (values[at] is not None, values[at]))[::-1]

    def _column(self, name: str) -> Element | None:
        return self._source.element.find(f"./column[@name='[{name.split(':')[1]}]']")


def _number(value: float, form: str) -> str:
    """``value`` by one of the workbook's formats."""
    digits = len((_DIGITS.search(form) or [".", ""])[1])
    if "pp" in form:
        return f"{'▲' if value >= 0 else '▼'} {abs(value):.2f} pp"
    if "▲" in form:
        return f"{'▲' if value >= 0 else '▼'} {abs(value):.{digits}%}"
    if form.startswith("p"):
        return f"{value:.{digits}%}"
    sign = "$" if form.startswith("c") else ""
    return f"{'-' if value < 0 else ''}{sign}{abs(value):,.{digits}f}"
