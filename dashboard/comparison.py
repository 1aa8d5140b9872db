"""Key figures of the selected days, beside the period before and the newest same weekdays."""

from collections.abc import Callable
from datetime import date

import pandas as pd

from dashboard import formats, measures
from dashboard.cards import Card
from dashboard.page import Page

Value = Callable[[pd.DataFrame], float | None]


class Comparison:
    """Makes cards, each with its course over the selected days and two comparisons."""

    def __init__(self, page: Page, days: pd.DataFrame, day: str) -> None:
        """Take one row for each ``day``, from ``first_compared`` on, as far as the data reach."""
        selection, first = page.selection, page.clock.first_date
        self.page = page
        self.now = measures.between(days, day, selection.start, selection.end)
        self.before = _reached(days, day, selection.previous, first)
        self.weekdays = _reached(days, day, selection.same_weekdays, first)
        self.same = selection.same_weekdays == selection.previous

    def sum(
        self,
        label: str,
        column: str,
        shape: Callable[[float], str],
        about: str,
        *,
        good_up: bool = True,
    ) -> Card:
        def total(rows: pd.DataFrame) -> float:
            return float(rows[column].sum())

        return self._card(label, total, shape, about, self.now[column], good_up=good_up)

    def ratio(
        self, label: str, parts: tuple[str, str], shape: Callable[[float | None], str], about: str
    ) -> Card:
        return self._card(label, _ratio_of(parts), shape, about, _daily(self.now, parts))

    def rate(self, label: str, parts: tuple[str, str], about: str, *, good_up: bool = True) -> Card:
        value = _ratio_of(parts)
        now = value(self.now)
        return Card(
            label,
            formats.percent(now, 2),
            formats.points(now, value(self.before)),
            note=self._note(formats.points(now, value(self.weekdays))),
            about=self._explained(about),
            days=_daily(self.now, parts),
            good_up=good_up,
        )

    def _card(
        self,
        label: str,
        value: Value,
        shape: Callable[..., str],
        about: str,
        days: pd.Series,
        *,
        good_up: bool = True,
    ) -> Card:
        now = value(self.now)
        weekdays = formats.relative_change(now, _of(self.weekdays, value))
        return Card(
            label,
            shape(now),
            formats.change(formats.relative_change(now, _of(self.before, value))),
            note=self._note(None if weekdays is None else formats.change(weekdays)),
            about=self._explained(about),
            days=days,
            good_up=good_up,
        )

    def _note(self, change: str | None) -> str | None:
        return f"{change} on same weekdays" if change and not self.same else None

    def _explained(self, about: str) -> str:
        start, end = self.page.selection.previous
        if self.before.empty:
            return about
        return f"{about} The change is against {start:%d %b} – {end:%d %b %Y}."


def first_compared(page: Page) -> date:
    """The first day of both periods compared with."""
    return min(page.selection.previous[0], page.selection.same_weekdays[0])


def _reached(days: pd.DataFrame, day: str, period: tuple[date, date], first: date) -> pd.DataFrame:
    """The days of ``period``; none where the data do not reach back to all of them."""
    rows = measures.between(days, day, *period)
    return rows if period[0] >= first else rows.iloc[:0]


def _of(rows: pd.DataFrame, value: Value) -> float | None:
    return None if rows.empty else value(rows)


def _ratio_of(parts: tuple[str, str]) -> Value:
    top, bottom = parts
    return lambda rows: measures.ratio(rows[top].sum(), rows[bottom].sum())


def _daily(rows: pd.DataFrame, parts: tuple[str, str]) -> pd.Series:
    top, bottom = parts
    return rows[top].div(rows[bottom].where(rows[bottom] > 0))
