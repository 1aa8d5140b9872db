"""Make the pictures of docs/tableau.md: where things stand on the workbook's dashboards.

    python docs/tableau_pictures.py

They are drawn from the zones of tableau/esynapse.twb, on a desk and on a phone; what a sheet shows
is hinted at by its kind of marks, not by its data. The same workbook gives the same files.
"""

import sys
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

import click

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from dashboard.colours import ACTUAL, FORECAST, LIGHT, MUTED  # noqa: E402
from tableau.check.book import QUALIFIED, Book  # noqa: E402
from tableau.layout import WHOLE  # noqa: E402

WORKBOOK = ROOT / "tableau" / "esynapse.twb"
PICTURES = ROOT / "docs" / "pictures"
SCALE, GAP, PHONE_WIDTH = 0.55, 24, 375
INK = "#31333f"
FONT = "system-ui, sans-serif"
CONTROLS = {"filter": "filter", "paramctrl": "parameter", "color": "legend"}


def pictures(twb: bytes) -> dict[str, bytes]:
    """File name → the picture of each dashboard."""
    book = Book(twb)
    return {
        f"tableau-{name.lower()}.svg": _picture(book, dashboard)
        for name, dashboard in book.dashboards.items()
    }


def _picture(book: Book, dashboard: Element) -> bytes:
    size = dashboard.find("size")
    phone = dashboard.find("./devicelayouts/devicelayout[@name='Phone']")
    assert size is not None
    assert phone is not None
    width, height = int(size.get("maxwidth", "")), int(size.get("maxheight", ""))
    tall = int(phone[0].get("maxheight", ""))
    narrow = PHONE_WIDTH * height / tall  # on the same scale of places, not of pixels
    whole = (width + GAP + narrow) * SCALE
    svg = Element(
        "svg",
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {whole:.0f} {height * SCALE:.0f}",
        width=f"{whole:.0f}",
        role="img",
    )
    SubElement(svg, "title").text = f"Layout of {dashboard.get('name')}, on a desk and on a phone"
    _layout(svg, book, dashboard, (0, width * SCALE, height * SCALE), words=True)
    left = (width + GAP) * SCALE
    _layout(svg, book, phone, (left, narrow * SCALE, height * SCALE), words=False)
    ElementTree.indent(svg)
    return ElementTree.tostring(svg) + b"\n"


def _layout(
    svg: Element, book: Book, layout: Element, place: tuple[float, float, float], *, words: bool
) -> None:
    left, width, height = place
    _rectangle(svg, (left, 0, width, height), "#ffffff", "#d5d9de")
    for zone in layout.iterfind("./zones//zone"):
        if zone.get("type-v2", "").startswith("layout"):
            continue
        x, y, w, h = (int(zone.get(each, "")) / WHOLE for each in "xywh")
        box = (left + x * width + 2, y * height + 2, w * width - 4, h * height - 4)
        _zone(svg, book, zone, box, words=words)


def _zone(svg: Element, book: Book, zone: Element, box: tuple[float, ...], *, words: bool) -> None:
    x, y, w, h = box
    kind, name = zone.get("type-v2"), zone.get("name", "")
    if kind == "text":
        runs = [run.text or "" for run in zone.iter("run")]
        _text(svg, (x + 6, y + h / 2 + 4), "".join(runs if words else runs[:1]), 11, w, bold=True)
        return
    if kind in CONTROLS:
        _rectangle(svg, box, "#f4f6f8", "#e3e7eb")
        label = _caption(book, zone.get("param", ""))
        kind = f" ({CONTROLS[kind]})" if words else ""
        _text(svg, (x + 6, y + h / 2 + 3), f"{label}{kind}", 9 if words else 7, w)
        return
    _rectangle(svg, box, "#ffffff", "#d5d9de")
    title = name.removeprefix("KPI ")
    _text(svg, (x + 6, y + 13), title, 10 if words else 6, w, bold=True)
    sheet = book.worksheets[name]
    marks = [each.get("class", "") for each in sheet.element.iter("mark")]
    upright = "[t" in sheet.shelves[1] and marks[-1] == "Bar"
    _hint(svg, "Column" if upright else marks[-1], (x + 10, y + 20, w - 20, h - 28))


def _caption(book: Book, param: str) -> str:
    """What the control's field is called."""
    ((source, name),) = QUALIFIED.findall(param)
    if source in book.sources and ":" in name.strip(":"):
        column = book.sources[source].element.find(f"./column[@name='[{name.split(':')[1]}]']")
        assert column is not None
        return column.get("caption", "")
    return name.strip(":")


def _hint(svg: Element, mark: str, box: tuple[float, ...]) -> None:
    """A few strokes that say what kind of chart it is."""
    x, y, w, h = box
    if h < 10:
        return
    if mark == "Text":
        for at in range(int(h // 12)):
            _rectangle(svg, (x, y + at * 12, w * (0.9 - at % 3 * 0.1), 4), "#e3e7eb", "none")
    elif mark in ("Bar", "Square"):
        for at in range(min(6, int(h // 14))):
            _rectangle(svg, (x, y + at * h / 6, w * (0.95 - at * 0.14), h / 9), ACTUAL, "none")
    elif mark == "Column":
        for at in range(15):
            tall = h * (0.3 + at * 7 % 11 / 16)
            _rectangle(svg, (x + at * w / 15, y + h - tall, w / 22, tall), ACTUAL, "none")
    elif mark == "GanttBar":
        for at in range(6):
            start = w * (at * 37 % 60) / 100
            _rectangle(svg, (x + start, y + at * h / 6, w * 0.25, h / 12), ACTUAL, "none")
    elif mark == "Circle":
        for at in range(24):
            circle = {"cx": x + w * (at * 41 % 97) / 97, "cy": y + h * (at * 29 % 89) / 89}
            SubElement(
                svg,
                "circle",
                {k: f"{v:.1f}" for k, v in circle.items()} | {"r": "3", "fill": LIGHT},
            )
    else:
        points = [(x + w * at / 12, y + h * (0.75 - at * 7 % 5 / 8)) for at in range(13)]
        line = " ".join(f"{px:.1f},{py:.1f}" for px, py in points)
        if mark == "Area":
            line = f"{x:.1f},{y + h:.1f} {line} {x + w:.1f},{y + h:.1f}"
            SubElement(svg, "polygon", {"points": line, "fill": LIGHT})
        else:
            SubElement(svg, "polyline", {"points": line, "fill": "none", "stroke": FORECAST})


def _rectangle(svg: Element, box: tuple[float, ...], fill: str, stroke: str) -> None:
    x, y, w, h = (f"{max(value, 0):.1f}" for value in box)
    attributes = {"x": x, "y": y, "width": w, "height": h, "fill": fill, "stroke": stroke}
    SubElement(svg, "rect", attributes | {"rx": "2"})


def _text(
    svg: Element,
    place: tuple[float, float],
    text: str,
    size: int,
    width: float,
    *,
    bold: bool = False,
) -> None:
    x, y = place
    room = int((width - 10) / (size * 0.58))
    text = text if len(text) <= room else f"{text[: room - 1].rstrip()}…"
    SubElement(
        svg,
        "text",
        {
            "x": f"{x:.1f}",
            "y": f"{y:.1f}",
            "font-size": str(size),
            "font-family": FONT,
            "font-weight": "600" if bold else "400",
            "fill": INK if bold else MUTED,
        },
    ).text = text


def main() -> None:
    """Draw, and say so."""
    for name, data in pictures(WORKBOOK.read_bytes()).items():
        (PICTURES / name).write_bytes(data)
        click.echo(f"{name}: {len(data) / 1000:.0f} kB")


if __name__ == "__main__":
    main()
