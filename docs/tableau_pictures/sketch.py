"""What stands in a zone, sketched from the answer that its sheet got."""

from collections import defaultdict
from collections.abc import Callable
from xml.etree.ElementTree import Element

from dashboard.colours import ACTUAL, CATEGORICAL, FORECAST, HEALTH, LIGHT, MUTED, PROMOTION
from tableau_pictures.answers import Answer
from tableau_pictures.svg import Box, circle, line, polygon, rectangle, text

COLOURS = {
    **HEALTH,
    "Running": PROMOTION,
    "Promotion": PROMOTION,
    "On sale": PROMOTION,
    "All": MUTED,
}
BAND = "#d9cdf0"
ROW = 11.0  # pixels of a line in a table


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
        return {"GanttBar": _periods, "Bar": _columns, "Area": _area}.get(mark, _lines)
    if mark == "Circle":
        return _intervals if "GanttBar" in answer.marks else _points
    return _cells if mark == "Square" else _bars


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
    order = _ordered(answer, names)
    step = w / (len(names) + 1)
    lefts = [x, *(x + step * (at + 2) for at in range(len(names) - 1))]
    for left, name in zip(lefts, names, strict=True):
        text(svg, (left, y + 9), answer.caption(name), 7.5, step - 4)
        for at, row in enumerate(order[: int((h - ROW) // ROW)]):
            wide = 2 * step if left == x else step
            value = answer.written(name, answer.rows[name][row])
            text(svg, (left, y + 9 + (at + 1) * ROW), value, 7.5, wide - 4, fill="#31333f")


def _ordered(answer: Answer, names: list[str]) -> list[int]:
    """Rows as the sheet sorts them: by its measure, or the newest first."""
    sort = answer.sheet.element.find("./table/view/computed-sort")
    using = "" if sort is None else sort.get("using", "").rpartition("[")[2].rstrip("]")
    values = answer.rows.get(using) or answer.rows[names[0]]
    return sorted(range(len(values)), key=lambda at: (values[at] is not None, values[at]))[::-1]


def _bars(svg: Element, answer: Answer, box: Box) -> None:
    """A bar a name, the longest first; of several measures, one beside the other."""
    x, y, w, h = box
    if not answer.on(0):
        _steps(svg, answer, box)
        return
    measures = answer.measures or answer.on(1)
    if answer.measures:
        _stacked(svg, answer, box)
        return
    name = answer.on(0)[-1]
    totals: dict[object, float] = defaultdict(float)
    for key, value in zip(answer.rows[name], answer.rows[measures[0]], strict=True):
        totals[key] = max(totals[key], value or 0.0)
    shown = sorted(totals.items(), key=lambda pair: -pair[1])[: max(int(h // 13), 1)]
    longest = max(value for _, value in shown) or 1
    tall = min(h / len(shown), 22)
    for at, (key, value) in enumerate(shown):
        top = y + at * tall
        words = answer.written(name, key)
        text(svg, (x, top + tall * 0.6), words, 8, w * 0.4 - 4, fill="#31333f")
        long = w * 0.45 * max(value, 0) / longest
        rectangle(svg, (x + w * 0.4, top + 2, long, tall - 4), COLOURS.get(words, ACTUAL))
        shown_value = answer.written(measures[0], value)
        text(svg, (x + w * 0.4 + long + 3, top + tall * 0.6), shown_value, 7, w * 0.15)


def _steps(svg: Element, answer: Answer, box: Box) -> None:
    """A bar a measure, as the funnel has it."""
    x, y, w, h = box
    values = [(name, answer.rows[name][0] or 0) for name in answer.measures]
    longest = max(value for _, value in values) or 1
    tall = min(h / len(values), 34)
    for at, (name, value) in enumerate(values):
        text(svg, (x, y + (at + 0.6) * tall), answer.caption(name), 9, w * 0.2, fill="#31333f")
        long = w * 0.6 * value / longest
        rectangle(svg, (x + w * 0.2, y + at * tall + 3, long, tall - 6), (LIGHT, ACTUAL)[at > 0])
        said = answer.written(name, value)
        text(svg, (x + w * 0.2 + long + 4, y + (at + 0.6) * tall), said, 8, w * 0.2)


def _stacked(svg: Element, answer: Answer, box: Box) -> None:
    x, y, w, h = box
    name = answer.on(0)[0]
    order = _ordered(answer, [name])[: max(int(h // 13), 1)]
    rows = [[answer.rows[m][at] or 0 for m in answer.measures] for at in order]
    longest = max(sum(row) for row in rows) or 1
    tall = min(h / len(order), 22)
    for at, (row, values) in enumerate(zip(order, rows, strict=True)):
        words = answer.written(name, answer.rows[name][row])
        text(svg, (x, y + (at + 0.6) * tall), words, 8, w * 0.4 - 4, fill="#31333f")
        left = x + w * 0.4
        for value, colour in zip(values, (LIGHT, ACTUAL, "#2f9e6e"), strict=False):
            rectangle(svg, (left, y + at * tall + 2, w * 0.6 * value / longest, tall - 4), colour)
            left += w * 0.6 * value / longest


def _cells(svg: Element, answer: Answer, box: Box) -> None:
    """A cell a name and measure, darker where more."""
    x, y, w, h = box
    name = answer.on(0)[0]
    rows = range(len(answer.rows[name]))
    wide, tall = w / (len(answer.measures) + 1), min((h - ROW) / len(rows), 30)
    for across, measure in enumerate(answer.measures, 1):
        text(svg, (x + across * wide, y + 9), answer.caption(measure), 7, wide - 4)
        for at in rows:
            value = answer.rows[measure][at]
            place = (x + across * wide, y + ROW + at * tall, wide - 2, tall - 2)
            rectangle(svg, place, LIGHT if (value or 0) > 0.45 else "#e7edf4")
            said = "–" if value is None else f"{value:.2f}"
            text(svg, (place[0] + 4, place[1] + tall / 2 + 2), said, 8, wide, fill="#31333f")
    for at in rows:
        words = answer.written(name, answer.rows[name][at])
        text(svg, (x, y + ROW + at * tall + tall / 2 + 2), words, 8, wide - 4, fill="#31333f")


def _over_time(answer: Answer, measure: str) -> dict[str, dict[object, float]]:
    """Colour → time → value."""
    times = answer.rows[answer.on(1)[0]]
    colour = answer.encoded("color")
    keys = (
        [answer.written(colour[0], each) for each in answer.rows[colour[0]]]
        if colour
        else [""] * len(times)
    )
    found: dict[str, dict[object, float]] = defaultdict(dict)
    for key, time, value in zip(keys, times, answer.rows[measure], strict=True):
        if value is not None:
            found[key][time] = float(value)
    return found


class _Scale:
    """From times and values to places."""

    def __init__(self, box: Box, times: list[object], values: list[float]) -> None:
        self.box = box
        self._places = {time: at for at, time in enumerate(sorted(set(times)))}  # type: ignore[type-var]
        self._low, self._high = min([0.0, *values]), max([*values, 1e-9])

    def x(self, time: object) -> float:
        return self.box[0] + self._places[time] * self.box[2] / max(len(self._places) - 1, 1)

    def y(self, value: float) -> float:
        part = (value - self._low) / (self._high - self._low)
        return self.box[1] + self.box[3] * (1 - part)


def _columns(svg: Element, answer: Answer, box: Box) -> None:
    series = _over_time(answer, answer.on(0)[0])
    totals: dict[object, float] = defaultdict(float)
    for values in series.values():
        for time, value in values.items():
            totals[time] += value
    scale = _Scale(box, list(totals), list(totals.values()))
    wide = box[2] / len(totals) * 0.7
    below: dict[object, float] = defaultdict(float)
    for key, values in sorted(series.items()):
        for time, value in values.items():
            low, high = below[time], below[time] + value
            top = scale.y(high)
            rectangle(svg, (scale.x(time), top, wide, scale.y(low) - top), COLOURS.get(key, ACTUAL))
            below[time] = high


def _area(svg: Element, answer: Answer, box: Box) -> None:
    series = _over_time(answer, answer.on(0)[0])
    times = sorted({time for values in series.values() for time in values})  # type: ignore[type-var]
    sums = [sum(values.get(time, 0) for values in series.values()) for time in times]
    scale = _Scale(box, times, sums)
    below = [0.0] * len(times)
    for at, (_, values) in enumerate(sorted(series.items())):
        above = [low + values.get(time, 0) for low, time in zip(below, times, strict=True)]
        edge = [(scale.x(time), scale.y(v)) for time, v in zip(times, above, strict=True)]
        back = [(scale.x(time), scale.y(v)) for time, v in zip(times, below, strict=True)][::-1]
        polygon(svg, edge + back, CATEGORICAL[at % len(CATEGORICAL)])
        below = above


def _lines(svg: Element, answer: Answer, box: Box) -> None:
    """Lines by colour; a forecast over its interval."""
    if answer.measures:
        _forecast(svg, answer, box)
        return
    series = _over_time(answer, answer.on(0)[0])
    values = [value for each in series.values() for value in each.values()]
    scale = _Scale(box, [time for each in series.values() for time in each], values)
    for key, each in sorted(series.items()):
        points = [(scale.x(time), scale.y(value)) for time, value in sorted(each.items())]  # type: ignore[type-var]
        line(svg, points, COLOURS.get(key, ACTUAL))


def _forecast(svg: Element, answer: Answer, box: Box) -> None:
    lower = _over_time(answer, answer.on(0)[0])[""]
    width = _over_time(answer, answer.encoded("size")[0])[""]
    actual = _over_time(answer, answer.measures[0])[""]
    values = [*actual.values(), *lower.values(), *(lower[time] + width[time] for time in lower)]
    scale = _Scale(box, list(lower), values)
    for time in lower:
        top = scale.y(lower[time] + width[time])
        place = (scale.x(time) - 1, top, box[2] / len(lower), scale.y(lower[time]) - top)
        rectangle(svg, place, BAND)
    for name, colour in zip(answer.measures, (ACTUAL, FORECAST), strict=True):
        values = _over_time(answer, name)[""]
        points = [(scale.x(time), scale.y(value)) for time, value in sorted(values.items())]  # type: ignore[type-var]
        line(svg, points, colour)


def _points(svg: Element, answer: Answer, box: Box) -> None:
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
        circle(svg, place, 1.5 + 5 * (r / largest) ** 0.5, COLOURS.get(c, ACTUAL))


def _periods(svg: Element, answer: Answer, box: Box) -> None:
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
        rectangle(svg, (left, top, long, tall * 0.6), COLOURS.get(key, ACTUAL))


def _intervals(svg: Element, answer: Answer, box: Box) -> None:
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
