"""Courses over time."""

from collections import defaultdict
from xml.etree.ElementTree import Element

from dashboard.colours import ACTUAL, CATEGORICAL, FORECAST
from tableau_pictures.answers import Answer
from tableau_pictures.svg import Box, line, polygon, rectangle

BAND = "#d9cdf0"


def columns(svg: Element, answer: Answer, box: Box) -> None:
    series = over_time(answer, answer.on(0)[0])
    totals: dict[object, float] = defaultdict(float)
    for values in series.values():
        for time, value in values.items():
            totals[time] += value
    scale = Scale(box, list(totals), list(totals.values()))
    wide = box[2] / len(totals) * 0.7
    below: dict[object, float] = defaultdict(float)
    for key, values in sorted(series.items()):
        for time, value in values.items():
            low, high = below[time], below[time] + value
            top = scale.y(high)
            place = (scale.x(time), top, wide, scale.y(low) - top)
            rectangle(svg, place, answer.colours.get(key, ACTUAL))
            below[time] = high


def area(svg: Element, answer: Answer, box: Box) -> None:
    series = over_time(answer, answer.on(0)[0])
    times = sorted({time for values in series.values() for time in values})
    sums = [sum(values.get(time, 0) for values in series.values()) for time in times]
    scale = Scale(box, times, sums)
    below = [0.0] * len(times)
    for at, (_, values) in enumerate(sorted(series.items())):
        above = [low + values.get(time, 0) for low, time in zip(below, times, strict=True)]
        edge = [(scale.x(time), scale.y(v)) for time, v in zip(times, above, strict=True)]
        back = [(scale.x(time), scale.y(v)) for time, v in zip(times, below, strict=True)][::-1]
        polygon(svg, edge + back, CATEGORICAL[at % len(CATEGORICAL)])
        below = above


def lines(svg: Element, answer: Answer, box: Box) -> None:
    """Lines by colour; a forecast over its interval."""
    if answer.measures:
        forecast(svg, answer, box)
        return
    series = over_time(answer, answer.on(0)[0])
    values = [value for each in series.values() for value in each.values()]
    scale = Scale(box, [time for each in series.values() for time in each], values)
    for key, each in sorted(series.items()):
        points = [(scale.x(time), scale.y(value)) for time, value in sorted(each.items())]
        line(svg, points, answer.colours.get(key, ACTUAL))


def forecast(svg: Element, answer: Answer, box: Box) -> None:
    lower = over_time(answer, answer.on(0)[0])[""]
    width = over_time(answer, answer.encoded("size")[0])[""]
    actual = over_time(answer, answer.measures[0])[""]
    values = [*actual.values(), *lower.values(), *(lower[time] + width[time] for time in lower)]
    scale = Scale(box, list(lower), values)
    for time in lower:
        top = scale.y(lower[time] + width[time])
        place = (scale.x(time) - 1, top, box[2] / len(lower), scale.y(lower[time]) - top)
        rectangle(svg, place, BAND)
    for name, colour in zip(answer.measures, (ACTUAL, FORECAST), strict=True):
        values = over_time(answer, name)[""]
        points = [(scale.x(time), scale.y(value)) for time, value in sorted(values.items())]
        line(svg, points, colour)


def over_time(answer: Answer, measure: str) -> dict[str, dict[object, float]]:
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


class Scale:
    """From times and values to places."""

    def __init__(self, box: Box, times: list[object], values: list[float]) -> None:
        self.box = box
        self._places = {time: at for at, time in enumerate(sorted(set(times)))}
        self._low, self._high = min([0.0, *values]), max([*values, 1e-9])

    def x(self, time: object) -> float:
        return self.box[0] + self._places[time] * self.box[2] / max(len(self._places) - 1, 1)

    def y(self, value: float) -> float:
        part = (value - self._low) / (self._high - self._low)
        return self.box[1] + self.box[3] * (1 - part)
