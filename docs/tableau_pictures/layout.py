"""Where things stand: the zones of a dashboard, on a desk and on a phone."""

from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from tableau.check.book import QUALIFIED, Book
from tableau.layout import WHOLE
from tableau_pictures.answers import Answer
from tableau_pictures.sketch import sketch
from tableau_pictures.svg import LINE, Box, rectangle, text

SCALE, GAP, PHONE_WIDTH = 0.6, 24, 375
CONTROLS = {"filter": "filter", "paramctrl": "parameter", "color": "colours"}


def picture(book: Book, dashboard: Element, answers: dict[str, Answer]) -> bytes:
    """A dashboard as SVG."""
    size = dashboard.find("size")
    phone = dashboard.find("./devicelayouts/devicelayout[@name='Phone']")
    assert size is not None
    assert phone is not None
    width, height = int(size.get("maxwidth", "")), int(size.get("maxheight", ""))
    narrow = PHONE_WIDTH * height / int(phone[0].get("maxheight", ""))
    whole = (width + GAP + narrow) * SCALE
    svg = Element(
        "svg",
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {whole:.0f} {height * SCALE:.0f}",
        width=f"{whole:.0f}",
        role="img",
    )
    SubElement(svg, "title").text = f"{dashboard.get('name')}, on a desk and on a phone"
    _desk(svg, book, dashboard, (0, 0, width * SCALE, height * SCALE), answers)
    _phone(svg, book, phone, ((width + GAP) * SCALE, 0, narrow * SCALE, height * SCALE))
    ElementTree.indent(svg)
    return ElementTree.tostring(svg) + b"\n"


def _desk(
    svg: Element, book: Book, layout: Element, place: Box, answers: dict[str, Answer]
) -> None:
    rectangle(svg, place, "#ffffff", LINE)
    for zone, (x, y, w, h) in _zones(layout, place):
        kind, name = zone.get("type-v2"), zone.get("name", "")
        if kind == "text":
            said = "  ·  ".join((run.text or "").strip() for run in zone.iter("run"))
            text(svg, (x + 6, y + h / 2 + 4), said, 12, w - 12, bold=True)
        elif kind in CONTROLS:
            rectangle(svg, (x, y, w, h), "#f4f6f8", "#e3e7eb")
            label = f"{_caption(book, zone.get('param', ''))} ({CONTROLS[kind]})"
            text(svg, (x + 6, y + h / 2 + 3), label, 9, w - 12)
        else:
            rectangle(svg, (x, y, w, h), "#ffffff", LINE)
            text(svg, (x + 6, y + 13), name.removeprefix("KPI "), 10, w - 12, bold=True)
            sketch(svg, answers[name], (x + 8, y + 20, w - 16, h - 26))


def _phone(svg: Element, book: Book, layout: Element, place: Box) -> None:
    """The order of things alone: there is no room for more."""
    rectangle(svg, place, "#ffffff", LINE)
    for zone, (x, y, w, h) in _zones(layout, place):
        if zone.get("type-v2") == "text":
            text(svg, (x + 4, y + h / 2 + 3), zone.findtext(".//run") or "", 9, w - 8, bold=True)
        else:
            control = zone.get("type-v2") in CONTROLS
            rectangle(svg, (x, y, w, h), "#f4f6f8" if control else "#ffffff", LINE)
            name = zone.get("name", "").removeprefix("KPI ")
            title = _caption(book, zone.get("param", "")) if control else name
            text(svg, (x + 4, y + min(h / 2 + 2, 10)), title, 6, w - 8)


def _zones(layout: Element, place: Box) -> list[tuple[Element, Box]]:
    left, top, width, height = place
    found = []
    for zone in layout.iterfind("./zones//zone"):
        if not zone.get("type-v2", "").startswith("layout"):
            x, y, w, h = (int(zone.get(each, "")) / WHOLE for each in "xywh")
            box = (left + x * width + 2, top + y * height + 2, w * width - 4, h * height - 4)
            found.append((zone, box))
    return found


def _caption(book: Book, param: str) -> str:
    """What the control's field is called."""
    ((source, name),) = QUALIFIED.findall(param)
    if source in book.sources and ":" in name.strip(":"):
        column = book.sources[source].columns[name.split(":")[1]]
        element = book.sources[source].element.find(f"./column[@name='[{column.name}]']")
        assert element is not None
        return element.get("caption", "")
    return name.strip(":")
