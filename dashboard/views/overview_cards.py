"""The cards of Overview: six figures, each with its days and two comparisons."""

from collections.abc import Callable
from datetime import date

import pandas as pd

from dashboard import formats, measures
from dashboard.cards import Card, show_cards
from dashboard.glossary import meaning
from dashboard.page import Page

Value = Callable[[pd.DataFrame], float | None]


def show_key_figures(page: Page, now: pd.DataFrame, days: pd.DataFrame) -> None:
    """Draw them. ``days``: those of the periods compared with, as far as the data reach."""
    compare = _Comparison(page, now, days)
    narrowed = measures.is_narrowed(page.selection)
    note = measures.order_note(page.selection)
    orders = meaning("daily_revenue", "orders")
    show_cards(
        [
            compare.money("Net revenue", "net_revenue"),
            compare.money("Gross revenue", "gross_revenue"),
            compare.sum("Orders", "orders", formats.compact, f"{orders} {note or ''}"),
            compare.ratio(
                "Average order",
                ("gross_revenue", "orders"),
                page.money,
                meaning("daily_revenue", "average_order_value"),
            ),
            compare.rate(
                "Conversion",
                ("converting", "sessions"),
                "Sessions that viewed, carted and bought ÷ sessions that viewed, in this selection."
                if narrowed
                else meaning("daily_revenue", "session_conversion"),
            ),
            compare.rate(
                "Refund rate",
                ("refunds", "gross_revenue"),
                "Refunds paid in the period ÷ gross revenue of the period.",
                good_up=False,
            ),
        ]
    )


class _Comparison:
    """Makes cards of the selected days, beside the period before and the same weekdays."""

    def __init__(self, page: Page, now: pd.DataFrame, days: pd.DataFrame) -> None:
        selection, first = page.selection, page.clock.first_date
        self.page, self.now = page, now
        self.before = self._reached(days, selection.previous, first)
        self.weekdays = self._reached(days, selection.same_weekdays, first)
        self.same = selection.same_weekdays == selection.previous

    def money(self, label: str, column: str) -> Card:
        return self.sum(label, column, self.page.money, meaning("daily_revenue", column))

    def sum(self, label: str, column: str, shape: Callable[[float], str], about: str) -> Card:
        def total(rows: pd.DataFrame) -> float:
            return float(rows[column].sum())

        return self._card(label, total, shape, about, self.now[column])

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
            formats.signed_points(now, value(self.before)),
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
    ) -> Card:
        now = value(self.now)
        weekdays = formats.relative_change(now, _of(self.weekdays, value))
        return Card(
            label,
            shape(now),
            formats.signed_percent(formats.relative_change(now, _of(self.before, value))),
            note=self._note(None if weekdays is None else formats.change(weekdays)),
            about=self._explained(about),
            days=days,
        )

    def _note(self, change: str | None) -> str | None:
        return f"{change} on same weekdays" if change and not self.same else None

    def _explained(self, about: str) -> str:
        start, end = self.page.selection.previous
        if self.before.empty:
            return about
        return f"{about} The change is against {start:%d %b} – {end:%d %b %Y}."

    @staticmethod
    def _reached(days: pd.DataFrame, period: tuple[date, date], first: date) -> pd.DataFrame:
        """The days of ``period``; none where the data do not reach back to all of them."""
        rows = measures.between(days, "revenue_date", *period)
        return rows if period[0] >= first else rows.iloc[:0]


def _of(rows: pd.DataFrame, value: Value) -> float | None:
    return None if rows.empty else value(rows)


def _ratio_of(parts: tuple[str, str]) -> Value:
    top, bottom = parts
    return lambda rows: measures.ratio(rows[top].sum(), rows[bottom].sum())


def _daily(rows: pd.DataFrame, parts: tuple[str, str]) -> pd.Series:
    top, bottom = parts
    return rows[top].div(rows[bottom].where(rows[bottom] > 0))
