"""Dashboards, windows and actions: is everything on them there, and in its place?"""

from collections.abc import Iterator
from urllib.parse import unquote
from xml.etree.ElementTree import Element

from tableau.check.book import QUALIFIED, Book
from tableau.layout import WHOLE
from tableau.sources import GENERATED

ZONES = frozenset({"layout-basic", "layout-flow", "text", "filter", "paramctrl", "color"})
COMMANDS = frozenset({"tsc:tsl-filter"})
ACTIVATIONS = frozenset({"on-select", "on-hover", "explicit"})


def problems(book: Book) -> Iterator[str]:
    """What is wrong with dashboards, windows and actions."""
    for name, dashboard in book.dashboards.items():
        for problem in (*_zones(book, dashboard), *_window(book, name, dashboard)):
            yield f"dashboard {name}: {problem}"
    yield from _windows(book)
    for action in book.actions:
        for problem in _action(book, action):
            yield f"action {action.get('caption')}: {problem}"


def sheets_on(dashboard: Element) -> set[str]:
    """The worksheets whose views stand on a dashboard."""
    return {
        zone.get("name", "")
        for zone in dashboard.iterfind("./zones//zone")
        if zone.get("name") and not zone.get("type-v2")
    }


def _zones(book: Book, dashboard: Element) -> Iterator[str]:
    for layout in (dashboard, *dashboard.iterfind("./devicelayouts/devicelayout")):
        found = layout.findall("./zones//zone")
        numbers = [zone.get("id") for zone in found]
        yield from (f"two zones have the number {n}" for n in set(numbers) if numbers.count(n) > 1)
        for zone in found:
            yield from _zone(book, zone)
            yield from _inside(zone)
        if layout is not dashboard and not sheets_on(layout) <= sheets_on(dashboard):
            yield "its layout for phones shows other sheets"


def _zone(book: Book, zone: Element) -> Iterator[str]:
    kind, name, param = zone.get("type-v2"), zone.get("name"), zone.get("param", "")
    if kind is not None and kind not in ZONES:
        yield f"there is no kind of zone {kind!r}"
    if kind is None and not name:
        yield f"zone {zone.get('id')} shows nothing"
    if name is not None and name not in book.worksheets:
        yield f"there is no worksheet {name}"
    elif kind in ("filter", "color"):
        yield from _control(book, zone, kind, name, param)
    if kind == "paramctrl":
        found = QUALIFIED.fullmatch(param)
        if not found or found[2] not in book.parameters:
            yield f"there is no parameter {param}"
        if not zone.get("mode"):
            yield f"the control of {param} has no mode: Tableau does not open it"


def _control(
    book: Book, zone: Element, kind: str | None, name: str | None, param: str
) -> Iterator[str]:
    if name is None:
        yield f"zone {zone.get('id')} is of no worksheet"
        return
    sheet = book.worksheets[name]
    if kind == "filter" and param not in {each.get("column") for each in sheet.filters}:
        yield f"{name} has no filter on {param}"
    number = zone.get("pane-specification-id", "0")
    coloured = {
        each.get("column")
        for pane in sheet.element.iterfind("./table/panes/pane")
        for each in pane.iterfind("./encodings/color")
        if pane.get("id", "0") == number
    }
    if kind == "color" and param not in coloured:
        yield f"{name} has no colours of {param} in its pane {number}"


def _inside(zone: Element) -> Iterator[str]:
    x, y, w, h = _place(zone)
    if min(x, y, w, h) < 0 or x + w > WHOLE or y + h > WHOLE:
        yield f"zone {zone.get('id')} reaches out of the dashboard"
    for child in zone.iterfind("zone"):
        cx, cy, cw, ch = _place(child)
        if cx < x or cy < y or cx + cw > x + w or cy + ch > y + h:
            yield f"zone {child.get('id')} reaches out of zone {zone.get('id')}"


def _place(zone: Element) -> tuple[int, int, int, int]:
    x, y, w, h = (int(zone.get(each, "-1")) for each in "xywh")
    return x, y, w, h


def _window(book: Book, name: str, dashboard: Element) -> Iterator[str]:
    window = book.windows.get(name)
    if window is None or window.get("class") != "dashboard":
        yield "it has no window"
        return
    views = {each.get("name") for each in window.iterfind("./viewpoints/viewpoint")}
    if views != sheets_on(dashboard):
        yield "its window shows other sheets than its zones"


def _windows(book: Book) -> Iterator[str]:
    known = {
        **dict.fromkeys(book.worksheets, "worksheet"),
        **dict.fromkeys(book.dashboards, "dashboard"),
    }
    for name, window in book.windows.items():
        if name not in known:
            yield f"a window of {name}, which there is not"
        elif window.get("class") != known[name]:
            yield f"the window of {name} is one of a {window.get('class')}"
    yield from (
        f"worksheet {name}: it has no window"
        for name in book.worksheets
        if name not in book.windows
    )


def _action(book: Book, action: Element) -> Iterator[str]:
    command, source = action.find("command"), action.find("source")
    activation = action.find("activation")
    if activation is None or activation.get("type") not in ACTIVATIONS:
        yield "nothing starts it"
    if command is None or command.get("command") not in COMMANDS:
        yield "it commands nothing of Tableau's"
        return
    if source is None or source.get("dashboard") not in book.dashboards:
        yield "it starts on no dashboard"
        return
    if source.get("worksheet") not in sheets_on(book.dashboards[source.get("dashboard", "")]):
        yield f"{source.get('worksheet')} is not on {source.get('dashboard')}"
    params = {each.get("name"): each.get("value", "") for each in command.iterfind("param")}
    target = params.get("target", "")
    if target not in book.dashboards:
        yield f"there is no dashboard {target!r}"
        return
    spared = set(filter(None, params.get("exclude", "").split(",")))
    if spared - sheets_on(book.dashboards[target]):
        yield f"it spares sheets that are not on {target}"
    if spared >= sheets_on(book.dashboards[target]):
        yield "it acts on no sheet"
    yield from _mapping(book, action, target)


def _mapping(book: Book, action: Element, target: str) -> Iterator[str]:
    link = action.find("link")
    expression = "" if link is None else link.get("expression", "")
    head, _, pairs = expression.partition("?")
    if unquote(head.removeprefix("tsl:")) != target:
        yield "its link leads to another dashboard"
    fields = QUALIFIED.findall(unquote(pairs))
    if not fields:
        yield "it maps no field"
    for source, name in fields:
        known = book.sources[source].columns if source in book.sources else {}
        if name not in known and name not in GENERATED:
            yield f"there is no [{source}].[{name}]"
