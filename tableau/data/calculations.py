"""Calculations that several data sources have: figures of the chosen days beside those before."""

from tableau.fields import AMOUNT, CHANGE, SHARE, Field


def summed(name: str, caption: str, column: str, condition: str, form: str = AMOUNT) -> Field:
    formula = f"SUM(IF [{condition}] THEN [{column}] END)"
    return Field(name, caption, "real", form, formula=formula, is_aggregate=True)


def ratio(name: str, caption: str, above: str, below: str, form: str = SHARE) -> Field:
    """A share of sums; null where there is nothing to share."""
    formula = f"IF [{below}] > 0 THEN [{above}] / [{below}] END"
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


def share_of_figures(
    name: str, caption: str, above: str, below: str, form: str
) -> tuple[Field, ...]:
    return (
        ratio(f"{name}_now", f"{caption} now", f"{above}_now", f"{below}_now", form),
        ratio(f"{name}_before", f"{caption} before", f"{above}_before", f"{below}_before", form),
        change(f"{name}_change", f"{caption}, change", f"{name}_now", f"{name}_before"),
    )
