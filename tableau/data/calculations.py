"""Calculations that several data sources have: figures of the chosen days beside those before."""

from tableau.fields import AMOUNT, CHANGE, POINTS, PRICE, Field


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
