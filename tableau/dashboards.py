"""A dashboard as XML: its size, its zones on a desk and on a phone."""

from dataclasses import dataclass, replace
from xml.etree.ElementTree import Element

from tableau import ids
from tableau.actions import Action
from tableau.datasource import link
from tableau.layout import (
    Box,
    FilterCard,
    Leaf,
    ParameterCard,
    View,
    Words,
    Zones,
    heading,
    stack,
)
from tableau.markup import element
from tableau.parameters import PARAMETERS, Parameter
from tableau.sheets import Sheet
from tableau.worksheet import dependencies, dependencies_on_parameters, needed_fields

WIDTH = 1280
HEADING = 40
"""Weight of a dashboard's name and question among what it shows."""
PHONE_HEIGHTS = {View: 280, FilterCard: 70, ParameterCard: 70, Words: 90}
"""Pixels of each kind of thing on a phone."""
PHONE_FIGURE = 110
"""Of a sheet without a title: a figure."""


@dataclass(frozen=True)
class Dashboard:
    """A dashboard: one question, what answers it, and what a click on it does."""

    name: str
    question: str
    body: Box
    """What stands below its name and question."""
    height: int = 900
    actions: tuple[Action, ...] = ()

    @property
    def layout(self) -> Box:
        return stack(heading(self.name, self.question, HEADING), *self.body.children)

    @property
    def sheets(self) -> list[Sheet]:
        """The worksheets on it, in the order of their places."""
        views = [leaf for leaf in self.layout.leaves() if isinstance(leaf, View)]
        return list({view.sheet.name: view.sheet for view in views}.values())

    @property
    def parameters(self) -> list[Parameter]:
        found = [leaf for leaf in self.layout.leaves() if isinstance(leaf, ParameterCard)]
        return [leaf.parameter for leaf in found]

    @property
    def filters(self) -> list[FilterCard]:
        return [leaf for leaf in self.layout.leaves() if isinstance(leaf, FilterCard)]


def dashboard(given: Dashboard, currency: str) -> Element:
    """The dashboard, with a layout for phones."""
    zones = Zones()
    return element(
        "dashboard",
        element("style"),
        _fixed(given.height),
        *_dependencies(given, currency),
        zones.of(given.layout),
        element("devicelayouts", _phone(given, zones)),
        element("simple-id", uuid=ids.simple_id("dashboard", given.name)),
        name=given.name,
    )


def _fixed(height: int) -> Element:
    return element(
        "size",
        maxheight=height,
        maxwidth=WIDTH,
        minheight=height,
        minwidth=WIDTH,
        sizing_mode="fixed",
    )


def _phone(given: Dashboard, zones: Zones) -> Element:
    """One thing below the other."""
    leaves = [leaf for leaf in given.layout.leaves() if type(leaf) in PHONE_HEIGHTS]
    heights = [_phone_height(leaf) for leaf in leaves]
    column = Box(
        "vert",
        tuple(replace(leaf, weight=height) for leaf, height in zip(leaves, heights, strict=True)),
    )
    total = sum(heights)
    return element(
        "devicelayout",
        element("size", maxheight=total, minheight=total, sizing_mode="vscroll"),
        zones.of(column),
        name="Phone",
    )


def _phone_height(leaf: Leaf) -> int:
    figure = isinstance(leaf, View) and not leaf.sheet.titled
    return PHONE_FIGURE if figure else PHONE_HEIGHTS[type(leaf)]


def _dependencies(given: Dashboard, currency: str) -> list[Element]:
    """What the controls on it speak of."""
    cards = given.filters
    sources = {card.sheet.source.name: card.sheet.source for card in cards}
    if not cards and not given.parameters:
        return []
    links = [link(source) for source in sources.values()]
    if given.parameters:
        links.append(element("datasource", name=PARAMETERS))
    made = [element("datasources", *links)]
    if given.parameters:
        made.append(dependencies_on_parameters(given.parameters))
    for name, source in sources.items():
        uses = list(dict.fromkeys(c.use for c in cards if c.sheet.source.name == name))
        fields = needed_fields(source, [source.use(use).field for use in uses])
        made.append(dependencies(source, fields, uses, currency))
    return made
