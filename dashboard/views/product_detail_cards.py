"""The cards of a product: what it did in the dates chosen, against the period before."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import NamedTuple

import pandas as pd

from dashboard import formats, measures, queries
from dashboard.cards import Card, show_cards
from dashboard.charts.axes import WEEKLY_FROM_DAYS
from dashboard.page import Page
from esynapse.pipeline.mart_docs import meaning

MART = "daily_product_kpis"
WEEK = 7


class _Days(NamedTuple):
    """One row for each day of the period, 0 where nothing happened; those before it."""

    now: pd.DataFrame
    before: pd.DataFrame | None
    """None where the data do not reach back."""
    smooth: pd.DataFrame
    """Sums of the WEEK days up to each day of the period."""

    def course(self, column: str) -> pd.Series:
        """Its days; its weeks where they are many."""
        return self.now[column] if len(self.now) <= WEEKLY_FROM_DAYS else self.weekly(column)

    def weekly(self, column: str) -> pd.Series:
        """Sums of a week for each day; for each week where the days are many."""
        step = 1 if len(self.now) <= WEEKLY_FROM_DAYS else WEEK
        return self.smooth[column].iloc[::step]


def show_key_figures(
    page: Page, product: pd.Series, peers: pd.DataFrame, days: pd.DataFrame
) -> None:
    """Draw them. ``days``: queries.PRODUCT_DAYS of the dates chosen and of those before."""
    selection = page.selection
    fair = measures.reaches_back(selection, page.clock.first_date)
    period = _Days(
        _whole(days, selection.start, selection.end),
        _whole(days, *selection.previous) if fair else None,
        _whole(days, selection.start - timedelta(days=WEEK - 1), selection.end)
        .rolling(WEEK)
        .sum()
        .iloc[WEEK - 1 :],
    )
    cards = [_sum("Net revenue", "net_revenue", page.money, period)]
    cards.append(_sum("Units sold", "units", formats.compact, period))
    if page.connection.query(queries.EVENTS_EVER)["viewed"][0]:
        cards.append(_sum("Views", "views", formats.compact, period))
        conversion = ("sessions_purchased", "sessions_viewed")
        about = "Sessions that bought it ÷ sessions that viewed it, of the dates chosen."
        cards.append(_rate("Conversion", conversion, 2, period, about))
    returned = _rate(
        "Return rate",
        ("units_refunded", "units"),
        1,
        period,
        "Units refunded ÷ units bought, of the dates chosen, whenever the refunded ones were "
        f"bought. Over the whole history: {meaning('product_kpis', 'return_rate')}",
        good_up=False,
        note=f"{formats.percent(product['return_rate'])} over the whole history",
    )
    show_cards([*cards, returned, _rating(product, peers)])


def _whole(days: pd.DataFrame, start: date, end: date) -> pd.DataFrame:
    """Every day from ``start`` to ``end``."""
    numbers = days.set_index("metric_date").drop(columns=["average_price", "is_on_sale"])
    return numbers.reindex(pd.date_range(start, end), fill_value=0)


def _sum(label: str, column: str, shape: Callable[[float], str], period: _Days) -> Card:
    now = float(period.now[column].sum())
    before = None if period.before is None else float(period.before[column].sum())
    return Card(
        label,
        shape(now),
        formats.change(formats.relative_change(now, before)),
        about=meaning(MART, column),
        days=period.course(column),
        note=None if before is None else f"{shape(before)} before",
    )


def _rate(
    label: str,
    parts: tuple[str, str],
    digits: int,
    period: _Days,
    about: str,
    *,
    good_up: bool = True,
    note: str | None = None,
) -> Card:
    top, bottom = parts

    def rate(days: pd.DataFrame | None) -> float | None:
        return None if days is None else measures.ratio(days[top].sum(), days[bottom].sum())

    now = rate(period.now)
    return Card(
        label,
        formats.percent(now, digits),
        formats.points(now, rate(period.before)),
        about=f"{about} The curve is that of {WEEK} days each.",
        days=period.weekly(top) / period.weekly(bottom).where(period.weekly(bottom) > 0),
        good_up=good_up,
        note=note,
    )


def _rating(product: pd.Series, peers: pd.DataFrame) -> Card:
    """Of all time: the marts keep no history of it."""
    rating, count = product["avg_rating"], product["review_count"]
    middle = peers["avg_rating"].dropna().median()
    known = pd.notna(rating)
    notes = [f"of {int(count):,} reviews"] if known and pd.notna(count) else []
    if pd.notna(middle):
        notes.append(f"middle of its category {middle:.2f}")
    return Card(
        "Rating",
        formats.two_digits(rating),
        note=", ".join(notes) or None,
        about=meaning("product_kpis", "avg_rating"),
    )
