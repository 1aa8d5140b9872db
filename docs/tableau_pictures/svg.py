"""Shapes and words of a picture."""

from xml.etree.ElementTree import Element, SubElement

from dashboard.colours import MUTED

INK = "#31333f"
FONT = "system-ui, sans-serif"
LINE = "#d5d9de"
ROW = 11.0
"""Pixels of a line in a table."""

Box = tuple[float, float, float, float]
"""Left, top, width, height."""


def rectangle(svg: Element, box: Box, fill: str, stroke: str = "none") -> None:
    x, y, w, h = (f"{value:.1f}" for value in (box[0], box[1], max(box[2], 0), max(box[3], 0)))
    attributes = {"x": x, "y": y, "width": w, "height": h, "fill": fill, "stroke": stroke}
    SubElement(svg, "rect", attributes)


def line(svg: Element, points: list[tuple[float, float]], stroke: str, width: float = 1.5) -> None:
    attributes = {"points": _joined(points), "fill": "none", "stroke": stroke}
    SubElement(svg, "polyline", attributes | {"stroke-width": f"{width:g}"})


def polygon(svg: Element, points: list[tuple[float, float]], fill: str) -> None:
    SubElement(svg, "polygon", {"points": _joined(points), "fill": fill})


def circle(svg: Element, place: tuple[float, float], radius: float, fill: str) -> None:
    x, y = place
    attributes = {"cx": f"{x:.1f}", "cy": f"{y:.1f}", "r": f"{radius:.1f}", "fill": fill}
    SubElement(svg, "circle", attributes | {"fill-opacity": "0.6"})


def text(
    svg: Element,
    place: tuple[float, float],
    words: str,
    size: float,
    width: float,
    *,
    bold: bool = False,
    fill: str = "",
) -> None:
    """Words that are cut where there is no room for them."""
    x, y = place
    room = int(width / (size * 0.56))
    if room < 2:
        return
    words = words if len(words) <= room else f"{words[: room - 1].rstrip()}…"
    attributes = {
        "x": f"{x:.1f}",
        "y": f"{y:.1f}",
        "font-size": f"{size:g}",
        "font-family": FONT,
        "font-weight": "600" if bold else "400",
        "fill": fill or (INK if bold else MUTED),
    }
    SubElement(svg, "text", attributes).text = words


def _joined(points: list[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
