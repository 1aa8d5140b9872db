"""What a price is thought about for: a product or a category, what it sells now, its elasticity."""

from dataclasses import dataclass
from datetime import timedelta

import pandas as pd

from dashboard import queries
from dashboard.page import Page
from dashboard.what_if import Estimates, Interval, of_product

BASELINE_DAYS = 28


@dataclass(frozen=True)
class Subject:
    """One product, or all of a category."""

    price: float | None
    """Regular price; None for a category, whose products have many."""
    products: int
    units: float
    """A day, at regular prices."""
    revenue: float
    elasticity: Interval
    deepest: float
    """The deepest discount that the elasticity was learnt from."""
    source: str
    """Where elasticity and baseline come from, in words."""


def read_subject(page: Page, category: str, product: str) -> Subject | str:
    """The product, or all of ``category`` where it is ''; or what is missing to speak of it."""
    end = page.clock.last_complete_date
    if end is None:
        return "No day is complete yet."
    baseline = page.connection.query(
        queries.WHAT_IF_BASELINE,
        product=product,
        category=category,
        start=end - timedelta(days=BASELINE_DAYS - 1),
        end=end,
    ).iloc[0]
    products, units = int(baseline["products"]), float(baseline["units"] or 0)
    if not products:
        return (
            f"Too few days to tell what it sells at the regular price: it takes 7 of the last "
            f"{BASELINE_DAYS} in stock, without a promotion in the 7 days before. Choose another."
        )
    if not units:
        return (
            f"Not one sold at the regular price in the last {BASELINE_DAYS} days: choose another."
        )
    pooled = page.connection.query(queries.CATEGORY_ELASTICITY).set_index("category").loc[category]
    if pooled.isna()["elasticity_lower"]:
        return (
            f"No elasticity yet: {category} has too few discount periods to learn how units follow "
            "the price."
        )
    mean = Interval(*pooled[["elasticity", "elasticity_lower", "elasticity_upper"]].astype(float))
    estimates = page.connection.query(
        queries.ELASTICITY_ESTIMATES, category=category, product=product
    ).iloc[0]
    elasticity, learnt = _elasticity(category, product, mean, estimates)
    days = int(baseline["clean_days"])
    return Subject(
        price=float(baseline["regular_price"]) if product else None,
        products=products,
        units=units,
        revenue=float(baseline["revenue"]),
        elasticity=elasticity,
        deepest=float(estimates["deepest"]),
        source=f"Elasticity {_as_words(elasticity)}: {learnt}. Sold now: the mean of "
        f"{f'{days} days' if product else 'the days'} at the regular price and in stock, of the "
        f"last {BASELINE_DAYS}.",
    )


def _elasticity(
    category: str, product: str, mean: Interval, estimates: pd.Series
) -> tuple[Interval, str]:
    """And where it comes from."""
    if not product:
        return mean, f"the mean of {category}"
    sums = ["weights", "squared_weights", "weighted", "weighted_squares"]
    spread = Estimates(int(estimates["products"]), *map(float, estimates[sums])).spread
    if pd.isna(estimates["own_elasticity"]):
        return of_product(mean, spread, None), f"that of {category}, as far as its products differ"
    value, margin = float(estimates["own_elasticity"]), float(estimates["own_margin"])
    periods = int(estimates["own_periods"])
    own = "its own discount says" if periods == 1 else f"its {periods} own discounts say"
    return (
        of_product(mean, spread, Interval(value, value - margin, value + margin)),
        f"{own} {_number(value)}, {category} says {_number(mean.value)}; each counts by how well "
        "it is known",
    )


def _as_words(elasticity: Interval) -> str:
    """``−2.6 (−3.9 to −1.4)``."""
    ends = f"{_number(elasticity.lower)} to {_number(elasticity.upper)}"
    return f"{_number(elasticity.value)} ({ends})"


def _number(elasticity: float) -> str:
    return f"{elasticity:.1f}".replace("-", "−")
