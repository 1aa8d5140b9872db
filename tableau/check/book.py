"""A workbook's file as the checks read it."""

import re
from dataclasses import dataclass
from functools import cached_property
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from tableau.check.formula import aggregates, fields_in
from tableau.parameters import PARAMETERS

QUALIFIED = re.compile(r"\[([^\[\]]+)\]\.\[([^\[\]]+)\]")
"""``[source].[instance]``, wherever it stands."""


@dataclass(frozen=True)
class Column:
    """A field as a data source or a view declares it."""

    name: str
    datatype: str
    role: str
    formula: str

    @classmethod
    def of(cls, element: Element) -> "Column":
        calculation = element.find("calculation")
        return cls(
            _bare(element.get("name", "")),
            element.get("datatype", ""),
            element.get("role", ""),
            "" if calculation is None else calculation.get("formula", ""),
        )


class DataSource:
    """A data source: its tables, the columns that it takes of them, its fields."""

    def __init__(self, element: Element) -> None:
        self.element = element
        self.name = element.get("name", "")
        self.caption = element.get("caption", self.name)

    @cached_property
    def columns(self) -> dict[str, Column]:
        """The fields that it declares, calculations included, by name."""
        found = (Column.of(each) for each in self.element.findall("column"))
        return {each.name: each for each in found}

    def is_aggregate(self, name: str) -> bool:
        """Whether a field aggregates by itself, or through one that its formula speaks of."""
        formula = self.columns[name].formula if name in self.columns else ""
        return bool(formula) and (
            aggregates(formula) or any(self.is_aggregate(each) for each in fields_in(formula))
        )

    @cached_property
    def places(self) -> dict[str, tuple[str, str]]:
        """Field → its table and column there, by the file's own map."""
        found = {}
        for each in self.element.iterfind("./connection/cols/map"):
            place = QUALIFIED.fullmatch(each.get("value", ""))
            if place:
                found[_bare(each.get("key", ""))] = (place[1], place[2])
        return found

    @property
    def relation(self) -> Element | None:
        return self.element.find("./connection/relation")

    @property
    def tables(self) -> dict[str, Element]:
        """Name → the relation of each table."""
        if self.relation is None:
            return {}
        found = [each for each in self.relation.iter("relation") if each.get("type") == "table"]
        return {each.get("name", ""): each for each in found}

    @property
    def connections(self) -> dict[str, Element]:
        """Name → the connection of each kind."""
        path = "./connection/named-connections/named-connection"
        return {
            each.get("name", ""): inner
            for each in self.element.iterfind(path)
            for inner in each.iterfind("connection")
        }


class Worksheet:
    """A worksheet and what it declares."""

    def __init__(self, element: Element) -> None:
        self.element = element
        self.name = element.get("name", "")

    @property
    def sources(self) -> list[str]:
        return [
            each.get("name", "") for each in self.element.iterfind("./table/view/datasources/*")
        ]

    def declared(self, tag: str) -> dict[str, list[Element]]:
        """Source → its ``column`` or ``column-instance`` elements."""
        return {
            each.get("datasource", ""): each.findall(tag)
            for each in self.element.iterfind("./table/view/datasource-dependencies")
        }

    @cached_property
    def instances(self) -> dict[tuple[str, str], Element]:
        """Source and instance → its declaration."""
        return {
            (source, _bare(each.get("name", ""))): each
            for source, found in self.declared("column-instance").items()
            for each in found
        }

    @property
    def shelves(self) -> list[str]:
        """What stands on rows and columns."""
        return [self.element.findtext(f"./table/{shelf}") or "" for shelf in ("rows", "cols")]

    @property
    def filters(self) -> list[Element]:
        return self.element.findall("./table/view/filter")


class Book:
    """A workbook."""

    def __init__(self, twb: bytes) -> None:
        self.root = ElementTree.fromstring(twb)  # noqa: S314 - a file of our own

    @cached_property
    def sources(self) -> dict[str, DataSource]:
        found = [DataSource(each) for each in self.root.iterfind("./datasources/datasource")]
        return {each.name: each for each in found if each.name != PARAMETERS}

    @cached_property
    def parameters(self) -> dict[str, Element]:
        """Name → its column."""
        path = f"./datasources/datasource[@name='{PARAMETERS}']/column"
        return {_bare(each.get("name", "")): each for each in self.root.iterfind(path)}

    @cached_property
    def worksheets(self) -> dict[str, Worksheet]:
        found = [Worksheet(each) for each in self.root.iterfind("./worksheets/worksheet")]
        return {each.name: each for each in found}

    @cached_property
    def dashboards(self) -> dict[str, Element]:
        found = self.root.iterfind("./dashboards/dashboard")
        return {each.get("name", ""): each for each in found}

    @property
    def windows(self) -> dict[str, Element]:
        return {each.get("name", ""): each for each in self.root.iterfind("./windows/window")}

    @property
    def actions(self) -> list[Element]:
        return self.root.findall("./actions/action")


def _bare(name: str) -> str:
    return name.removeprefix("[").removesuffix("]")
