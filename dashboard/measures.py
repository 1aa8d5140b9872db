"""What the filters mean in numbers: which mart answers for a selection, period against period."""

from datetime import date

import pandas as pd

from dashboard import queries
from dashboard.connection import WarehouseConnection
from dashboard.filters import EVERYTHING, Selection

SMALL_CHANGE = 0.0005
"""Relative: what is less reads as 0.0 %."""
ADDITIVE = ["gross_revenue", "net_revenue", "refunds", "orders", "units"]


def by_day_and_category(
    connection: WarehouseConnection, selection: Selection, start: date, end: date
) -> pd.DataFrame:
    """One row for each day and category, every metric a column."""
    parameters = {"start": start, "end": end, "categories": selection.category_parameter}
    if selection.discount == EVERYTHING:
        return connection.query(queries.DAILY_BY_CATEGORY, **parameters)
    return connection.query(
        queries.DAILY_BY_CATEGORY_AND_DISCOUNT, **parameters, discount=selection.discount
    )


def by_day(
    connection: WarehouseConnection, selection: Selection, start: date, end: date
) -> pd.DataFrame:
    """One row for each day of ``start`` … ``end`` that the data reach.

    Columns: ADDITIVE, ``sessions`` and those ``converting``. Without a filter these are all
    sessions and those with a purchase, and an order counts once. With one they are the sessions
    that viewed, and those of them that carted and bought, in the categories and state chosen.
    Data without any view hold buying sessions alone, which convert by definition: sessions are 0.
    """
    if not is_narrowed(selection):
        days = connection.query(queries.DAILY_TOTALS, start=start, end=end)
        ever = connection.query(queries.EVENTS_EVER)
        sessions = days["sessions"] if ever["viewed"][0] else 0
        return days.assign(converting=days["orders"], sessions=sessions)
    parts = by_day_and_category(connection, selection, start, end)
    days = parts.groupby("revenue_date", as_index=False)[ADDITIVE].sum()
    funnel = (
        funnel_days(connection, selection, start, end).groupby("funnel_date").sum(numeric_only=True)
    )
    sessions = days["revenue_date"].map(funnel["sessions_viewed"]).fillna(0)
    converting = days["revenue_date"].map(funnel["sessions_purchased"]).fillna(0)
    return days.assign(sessions=sessions, converting=converting)


def is_narrowed(selection: Selection) -> bool:
    """Whether a filter on categories or discount periods is set."""
    return bool(selection.categories) or selection.discount != EVERYTHING


def order_note(selection: Selection) -> str | None:
    """What a sum of orders means under these filters, where it needs saying."""
    if selection.discount != EVERYTHING:
        return "An order counts once for each of its products."
    if len(selection.categories) > 1:
        return "An order counts once for each of its categories."
    return None


def funnel_days(
    connection: WarehouseConnection, selection: Selection, start: date, end: date
) -> pd.DataFrame:
    """sales_funnel of the chosen categories (or of all sessions) and discount state."""
    rows = connection.query(queries.FUNNEL_DAYS, start=start, end=end)
    wanted = list(selection.categories) or [EVERYTHING]
    return rows[(rows["discount_state"] == selection.discount) & rows["category"].isin(wanted)]


def of_products(selection: Selection) -> dict[str, object]:
    """The parameters of queries that measure products, against the period before."""
    return {
        "start": selection.start,
        "end": selection.end,
        "previous_start": selection.previous[0],
        "categories": selection.category_parameter,
        "discount": selection.discount,
        "metric": selection.measure.column,
    }


def between(rows: pd.DataFrame, column: str, start: date, end: date) -> pd.DataFrame:
    """Rows of the days from ``start`` to ``end``, both included."""
    return rows[rows[column].between(pd.Timestamp(start), pd.Timestamp(end))]


def split_periods(
    rows: pd.DataFrame, selection: Selection, column: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rows of the selected period, rows of the one before."""
    first = pd.Timestamp(selection.start)
    return rows[rows[column] >= first], rows[rows[column] < first]


def reaches_back(selection: Selection, first_date: date) -> bool:
    """Whether the data cover the whole period before, so that comparing is fair."""
    return selection.previous[0] >= first_date


def ratio(numerator: float, denominator: float) -> float | None:
    """A rate, None where there is nothing to divide by."""
    return float(numerator) / float(denominator) if denominator else None
