"""Bars and cells."""

from collections import defaultdict
from xml.etree.ElementTree import Element

from dashboard.colours import ACTUAL, GOOD, LIGHT
from tableau_pictures.answers import Answer
from tableau_pictures.svg import ROW, Box, rectangle, text


def bars(svg: Element, answer: Answer, box: Box) -> None:
    """A bar a name, the longest first; of several measures, one beside the other."""
    if not answer.on(0):
        steps(svg, answer, box)
        return
    if answer.measures:
        stacked(svg, answer, box)
        return
    x, y, w, h = box
    name, measure = answer.on(0)[-1], answer.on(1)[0]
    totals: dict[object, float] = defaultdict(float)
    for key, value in zip(answer.rows[name], answer.rows[measure], strict=True):
        totals[key] = max(totals[key], value or 0.0)
    shown = sorted(totals.items(), key=lambda pair: -pair[1])[: max(int(h // 13), 1)]
    longest = max(value for _, value in shown) or 1
    tall = min(h / len(shown), 22)
    for at, (key, value) in enumerate(shown):
        top = y + at * tall
        words = answer.written(name, key)
        text(svg, (x, top + tall * 0.6), words, 8, w * 0.4 - 4, fill="#31333f")
        long = w * 0.45 * max(value, 0) / longest
        rectangle(svg, (x + w * 0.4, top + 2, long, tall - 4), answer.colours.get(words, ACTUAL))
        shown_value = answer.written(measure, value)
        text(svg, (x + w * 0.4 + long + 3, top + tall * 0.6), shown_value, 7, w * 0.15)


def steps(svg: Element, answer: Answer, box: Box) -> None:
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


def stacked(svg: Element, answer: Answer, box: Box) -> None:
    x, y, w, h = box
    name = answer.on(0)[0]
    order = answer.ordered([name])[: max(int(h // 13), 1)]
    rows = [[answer.rows[m][at] or 0 for m in answer.measures] for at in order]
    longest = max(sum(row) for row in rows) or 1
    tall = min(h / len(order), 22)
    for at, (row, values) in enumerate(zip(order, rows, strict=True)):
        words = answer.written(name, answer.rows[name][row])
        text(svg, (x, y + (at + 0.6) * tall), words, 8, w * 0.4 - 4, fill="#31333f")
        left = x + w * 0.4
        for value, colour in zip(values, (LIGHT, ACTUAL, GOOD), strict=False):
            rectangle(svg, (left, y + at * tall + 2, w * 0.6 * value / longest, tall - 4), colour)
            left += w * 0.6 * value / longest


def cells(svg: Element, answer: Answer, box: Box) -> None:
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
