"""What stands in a zone, sketched from the answer that its sheet got."""

from collections.abc import Callable
from xml.etree.ElementTree import Element

from tableau_pictures.answers import Answer
from tableau_pictures.bars import bars, cells
from tableau_pictures.spans import intervals, periods, points
from tableau_pictures.svg import ROW, Box, text
from tableau_pictures.times import area, columns, lines


def sketch(svg: Element, answer: Answer, box: Box) -> None:
    """Draw the sheet's marks as its kind has them."""
    if not any(answer.rows.values()):
        text(svg, (box[0], box[1] + 12), "nothing at that time", 9, box[2])
        return
    _kind(answer)(svg, answer, box)


def _kind(answer: Answer) -> Callable[[Element, Answer, Box], None]:
    mark = answer.marks[-1]
    across = answer.on(1)
    over_time = bool(across) and across[0].startswith("t")
    if mark == "Text":
        return _table if answer.on(0) else _figures
    if over_time:
        return {"GanttBar": periods, "Bar": columns, "Area": area}.get(mark, lines)
    if mark == "Circle":
        return intervals if "GanttBar" in answer.marks else points
    return cells if mark == "Square" else bars


def _figures(svg: Element, answer: Answer, box: Box) -> None:
    """A figure and its change, or a few in a row."""
    names = answer.measures or answer.encoded("text")
    x, y, w, _ = box
    if not answer.measures:
        for at, (name, size) in enumerate(zip(names, (15, 9), strict=False)):
            value = answer.written(name, answer.rows[name][0])
            text(svg, (x, y + 16 + at * 15), value, size, w, bold=at == 0)
        return
    for at, name in enumerate(names):
        left = x + at * w / len(names)
        text(svg, (left, y + 14), answer.caption(name), 9, w / len(names))
        value = answer.written(name, answer.rows[name][0])
        text(svg, (left, y + 32), value, 14, w / len(names), bold=True)


def _table(svg: Element, answer: Answer, box: Box) -> None:
    x, y, w, h = box
    names = [*answer.on(0), *answer.measures]
    order = answer.ordered(names)
    step = w / (len(names) + 1)
    lefts = [x, *(x + step * (at + 2) for at in range(len(names) - 1))]
    for left, name in zip(lefts, names, strict=True):
        text(svg, (left, y + 9), answer.caption(name), 7.5, step - 4)
        for at, row in enumerate(order[: int((h - ROW) // ROW)]):
            wide = 2 * step if left == x else step
            value = answer.written(name, answer.rows[name][row])
            text(svg, (left, y + 9 + (at + 1) * ROW), value, 7.5, wide - 4, fill="#31333f")
