"""Points, and spans of time and of numbers."""

from xml.etree.ElementTree import Element

from dashboard.colours import ACTUAL
from tableau_pictures.answers import Answer
from tableau_pictures.svg import Box, circle, rectangle, text


def points(svg: Element, answer: Answer, box: Box) -> None:
    (down, *_), (across, *_) = answer.on(0), answer.on(1)
    size, colour = answer.encoded("size")[0], answer.encoded("color")[0]
    rows = [
        (x, y, r or 0, answer.written(colour, c))
        for x, y, r, c in zip(
            *(answer.rows[name] for name in (across, down, size, colour)), strict=True
        )
        if x is not None and y is not None
    ]
    left, right = min(row[0] for row in rows), max(row[0] for row in rows) or 1
    low, high = min(row[1] for row in rows), max(row[1] for row in rows) or 1
    largest = max(row[2] for row in rows) or 1
    for x, y, r, c in rows:
        place = (
            box[0] + box[2] * (x - left) / (right - left),
            box[1] + box[3] * (1 - (y - low) / (high - low)),
        )
        circle(svg, place, 1.5 + 5 * (r / largest) ** 0.5, answer.colours.get(c, ACTUAL))


def periods(svg: Element, answer: Answer, box: Box) -> None:
    name, start = answer.on(0)[0], answer.on(1)[0]
    days, colour = answer.encoded("size")[0], answer.encoded("color")[0]
    first = min(answer.rows[start])
    ends = [
        (begin - first).days + (length or 0)
        for begin, length in zip(answer.rows[start], answer.rows[days], strict=True)
    ]
    names = sorted(set(answer.rows[name]))
    x, y, w, h = box
    tall = h / len(names)
    for at, each in enumerate(names):
        words = answer.written(name, each)
        text(svg, (x, y + (at + 0.65) * tall), words, 7.5, w * 0.4 - 4, fill="#31333f")
    for row, each in enumerate(answer.rows[name]):
        length = answer.rows[days][row] or 0
        left = x + w * 0.4 + w * 0.6 * (ends[row] - length) / max(ends)
        top, long = y + (names.index(each) + 0.2) * tall, w * 0.6 * length / max(ends)
        key = answer.written(colour, answer.rows[colour][row])
        rectangle(svg, (left, top, long, tall * 0.6), answer.colours.get(key, ACTUAL))


def intervals(svg: Element, answer: Answer, box: Box) -> None:
    name, (lower, middle) = answer.on(0)[0], answer.on(1)[:2]
    width = answer.encoded("size")[0]
    x, y, w, h = box
    rows = [
        row
        for row in range(len(answer.rows[name]))
        if None not in (answer.rows[lower][row], answer.rows[middle][row], answer.rows[width][row])
    ]
    low = min(answer.rows[lower][row] for row in rows)
    high = max(answer.rows[lower][row] + answer.rows[width][row] for row in rows)

    def place(value: float) -> float:
        return x + w * 0.4 + w * 0.6 * (value - low) / (high - low)

    tall = h / len(rows)
    for at, row in enumerate(rows):
        start, length = answer.rows[lower][row], answer.rows[width][row]
        words = answer.written(name, answer.rows[name][row])
        text(svg, (x, y + (at + 0.65) * tall), words, 8, w * 0.4 - 4, fill="#31333f")
        left, right = place(start), place(start + length)
        rectangle(svg, (left, y + (at + 0.25) * tall, right - left, tall / 2), "#c9d6e4")
        circle(svg, (place(answer.rows[middle][row]), y + (at + 0.5) * tall), 3, ACTUAL)
