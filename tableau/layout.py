"""Where things stand on a dashboard: rows and columns that share their space, as zones.

Tableau counts places in hundred-thousandths of the dashboard's width and height.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from xml.etree.ElementTree import Element

from tableau.formatted import formatted
from tableau.markup import element, with_attributes
from tableau.parameters import Parameter
from tableau.sheets import Run, Sheet
from tableau.styles import MUTED

WHOLE = 100_000


@dataclass(frozen=True)
class Leaf:
    """Something on the dashboard; ``weight``: its part of the row or column that it stands in."""

    weight: float = field(default=1, kw_only=True)

    def attributes(self) -> dict[str, object]:
        """What tells Tableau what it is."""
        raise NotImplementedError

    def content(self) -> Element | None:
        """What stands inside its zone."""
        return None


@dataclass(frozen=True)
class View(Leaf):
    """A worksheet."""

    sheet: Sheet

    def attributes(self) -> dict[str, object]:
        return {"name": self.sheet.name, "show_title": None if self.sheet.titled else False}


@dataclass(frozen=True)
class FilterCard(Leaf):
    """The control of a sheet's filter."""

    sheet: Sheet
    use: str
    mode: str = "checkdropdown"

    def attributes(self) -> dict[str, object]:
        param = self.sheet.source.qualified(self.use)
        return {
            "mode": self.mode,
            "name": self.sheet.name,
            "param": param,
            "type_v2": "filter",
        }


@dataclass(frozen=True)
class ParameterCard(Leaf):
    """The control of a parameter."""

    parameter: Parameter

    def attributes(self) -> dict[str, object]:
        return {"mode": "compact", "param": self.parameter.qualified, "type_v2": "paramctrl"}


@dataclass(frozen=True)
class Legend(Leaf):
    """What the colours of a sheet mean."""

    sheet: Sheet
    use: str

    def attributes(self) -> dict[str, object]:
        coloured = [pane.colour for pane in self.sheet.panes]
        return {
            "name": self.sheet.name,
            "pane_specification_id": coloured.index(self.use),
            "param": self.sheet.source.qualified(self.use),
            "type_v2": "color",
        }


@dataclass(frozen=True)
class Words(Leaf):
    """Text."""

    runs: tuple[Run, ...]

    def attributes(self) -> dict[str, object]:
        return {"type_v2": "text"}

    def content(self) -> Element | None:
        return formatted(self.runs)


@dataclass(frozen=True)
class Box:
    """Things beside each other, or one below the other."""

    direction: str
    children: tuple["Box | Leaf", ...]
    weight: float = 1

    def leaves(self) -> Iterator[Leaf]:
        for child in self.children:
            if isinstance(child, Box):
                yield from child.leaves()
            else:
                yield child


def row(*children: Box | Leaf, weight: float = 1) -> Box:
    return Box("horz", children, weight)


def stack(*children: Box | Leaf, weight: float = 1) -> Box:
    return Box("vert", children, weight)


def heading(name: str, question: str, weight: float) -> Words:
    """A dashboard's name and the question that it answers."""
    runs = (Run(name, size=16, bold=True), Run(f"   {question}", size=11, colour=MUTED))
    return Words(runs, weight=weight)


class Zones:
    """Makes the zones of one dashboard: the same thing has the same number in every layout."""

    def __init__(self) -> None:
        self._numbers = count(3)
        self._of: dict[str, int] = {}

    def of(self, box: Box) -> Element:
        """``<zones>`` of a layout."""
        inner = self._zone(box, (0, 0, WHOLE, WHOLE))
        root = element(
            "zone",
            inner,
            _margins(8),
            h=WHOLE,
            id=next(self._numbers),
            type_v2="layout-basic",
            w=WHOLE,
            x=0,
            y=0,
        )
        return element("zones", root)

    def _zone(self, item: Box | Leaf, place: tuple[int, int, int, int]) -> Element:
        x, y, w, h = place
        if isinstance(item, Leaf):
            given = item.attributes()
            where = {"h": h, "id": self._number(given), "w": w, "x": x, "y": y}
            return with_attributes("zone", where | given, item.content(), _margins(4))
        return element(
            "zone",
            *(
                self._zone(child, inner)
                for child, inner in zip(item.children, _parts(item, place), strict=True)
            ),
            h=h,
            id=next(self._numbers),
            param=item.direction,
            type_v2="layout-flow",
            w=w,
            x=x,
            y=y,
        )

    def _number(self, attributes: dict[str, object]) -> int:
        key = repr(sorted(attributes.items()))
        if attributes.get("type_v2") == "text" or key not in self._of:
            self._of[key] = next(self._numbers)
        return self._of[key]


def _parts(box: Box, place: tuple[int, int, int, int]) -> Iterator[tuple[int, int, int, int]]:
    x, y, w, h = place
    total = sum(child.weight for child in box.children)
    passed = 0.0
    for child in box.children:
        start, end = passed / total, (passed + child.weight) / total
        passed += child.weight
        if box.direction == "horz":
            left, right = x + round(w * start), x + round(w * end)
            yield left, y, right - left, h
        else:
            top, bottom = y + round(h * start), y + round(h * end)
            yield x, top, w, bottom - top


def _margins(size: int) -> Element:
    values = (
        ("border-color", "#000000"),
        ("border-style", "none"),
        ("border-width", 0),
        ("margin", size),
    )
    return element(
        "zone-style", *(element("format", attr=attr, value=value) for attr, value in values)
    )
