"""Calculations that several data sources have: the chosen days, and figures of them.

Periods are counted in days back from the newest complete day: no date stands in the workbook.
"""

from tableau.fields import AMOUNT, CHANGE, POINTS, PRICE, Field
from tableau.parameters import DAYS


def period(day: str, last: str) -> tuple[Field, ...]:
    """Calculations that cut ``day`` into the days chosen and as many before them.

    ``last``: the newest day that counts, a formula.
    """
    days = DAYS.qualified
    return (
        Field("last_day", "Last complete day", "date", formula=last),
        Field(
            "days_ago",
            "Days ago",
            "integer",
            meaning="Whole days before the last complete one, which is 0.",
            formula=f"DATEDIFF('day', [{day}], [last_day])",
        ),
        Field(
            "is_now",
            "In the chosen days",
            "boolean",
            formula=f"[days_ago] >= 0 AND [days_ago] < {days}",
        ),
        Field(
            "is_before",
            "In as many days before",
            "boolean",
            meaning="Only where the data reach back that far: else nothing compares fairly.",
            formula=f"[days_ago] >= {days} AND [days_ago] < 2 * {days} AND "
            f"DATEDIFF('day', {{MIN([{day}])}}, [last_day]) >= 2 * {days} - 1",
        ),
    )


def complete(day: str) -> str:
    """The newest complete day, of a source with ``is_complete``."""
    return f"{{MAX(IF [is_complete] THEN [{day}] END)}}"


def summed(name: str, caption: str, column: str, condition: str, form: str = AMOUNT) -> Field:
    formula = f"SUM(IF [{condition}] THEN [{column}] END)"
    return Field(name, caption, "real", form, formula=formula, is_aggregate=True)


def change(name: str, caption: str, now: str, before: str) -> Field:
    formula = f"IF [{before}] > 0 THEN [{now}] / [{before}] - 1 END"
    return Field(name, caption, "real", CHANGE, formula=formula, is_aggregate=True)


def figure(column: str, caption: str, form: str = AMOUNT) -> tuple[Field, ...]:
    """A sum over the chosen days, over as many before, and the change."""
    return (
        summed(f"{column}_now", f"{caption} now", column, "is_now", form),
        summed(f"{column}_before", f"{caption} before", column, "is_before", form),
        change(f"{column}_change", f"{caption}, change", f"{column}_now", f"{column}_before"),
    )


def mean_of_figures(name: str, caption: str, above: str, below: str) -> tuple[Field, ...]:
    """One figure by another, as a price, and its change."""
    return (
        *_quotients(name, caption, above, below, PRICE),
        change(f"{name}_change", f"{caption}, change", f"{name}_now", f"{name}_before"),
    )


def rate_of_figures(name: str, caption: str, above: str, below: str) -> tuple[Field, ...]:
    """A share of one figure in another, and its change in percentage points."""
    points = Field(
        f"{name}_change",
        f"{caption}, change",
        "real",
        POINTS,
        formula=f"([{name}_now] - [{name}_before]) * 100",
        is_aggregate=True,
    )
    return (*_quotients(name, caption, above, below, "p0.00%"), points)


def _quotients(name: str, caption: str, above: str, below: str, form: str) -> tuple[Field, Field]:
    """Now and before; null where there is nothing to divide by."""
    now, before = (
        Field(
            f"{name}_{when}",
            f"{caption} {when}",
            "real",
            form,
            formula=f"IF [{below}_{when}] > 0 THEN [{above}_{when}] / [{below}_{when}] END",
            is_aggregate=True,
        )
        for when in ("now", "before")
    )
    return now, before
