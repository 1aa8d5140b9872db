"""What a product's health is made of: how far each part lifts it or drags it, in points.

A part is a rank in the category from 0 to 1, so its middle is 0.5 and the middle of health is 50.
A part lifts by its weight × (rank − 0.5); the points of all parts add up to health − 50.
"""

from collections.abc import Callable
from typing import NamedTuple

import pandas as pd

from dashboard import formats

MIDDLE = 0.5


class Part(NamedTuple):
    """A part of product_health_score."""

    name: str
    weight: int
    """Percent of the score, as product_health_score weighs it where no part is missing."""
    measured: str
    """The column that it ranks."""
    shape: Callable[[float | None], str]


def _rate(value: float | None) -> str:
    return formats.percent(value, 2)


PARTS = {
    "conversion_score": Part("Conversion", 30, "conversion_rate", _rate),
    "growth_score": Part("Growth", 20, "revenue_growth", formats.percent),
    "return_score": Part("Returns", 15, "return_rate", formats.percent),
    "stock_score": Part("Stock", 15, "in_stock_share", formats.percent),
    "rating_score": Part("Rating", 20, "shrunk_rating", formats.two_digits),
}
"""By column of product_health_score."""


def points(products: pd.DataFrame) -> pd.DataFrame:
    """How far each part moves the score from 50: a column for each of PARTS, NaN where missing."""
    scores = products[list(PARTS)].astype(float)
    weights = pd.Series({column: float(part.weight) for column, part in PARTS.items()})
    present = scores.notna().mul(weights).sum(axis="columns")
    return (scores - MIDDLE).mul(weights).div(present.where(present > 0), axis="index") * 100


def drags_and_lifts(products: pd.DataFrame) -> pd.DataFrame:
    """The part that drags each product most and the one that lifts it most.

    Columns: ``drag``, ``lift``, names of parts, null where none does; ``drag_points`` ≤ 0,
    ``lift_points`` ≥ 0.
    """
    moved = points(products).fillna(0.0).rename(columns={c: p.name for c, p in PARTS.items()})
    lowest, highest = moved.min(axis="columns"), moved.max(axis="columns")
    return pd.DataFrame(
        {
            "drag": moved.idxmin(axis="columns").where(lowest < 0),
            "drag_points": lowest.clip(upper=0),
            "lift": moved.idxmax(axis="columns").where(highest > 0),
            "lift_points": highest.clip(lower=0),
        }
    )


def parts_of(product: pd.Series, peers: pd.DataFrame) -> pd.DataFrame:
    """The parts of one product that are known, in the order of PARTS.

    Columns: ``part``; ``weight``, a share of the whole; ``score``; ``points``; and as people read
    them ``measured`` and ``middle``, the median of ``peers``, the products of its category.
    """
    moved = points(product.to_frame().T).iloc[0]
    known = [column for column in PARTS if pd.notna(product[column])]
    whole = sum(PARTS[column].weight for column in known)
    rows = [
        {
            "part": part.name,
            "weight": part.weight / whole,
            "score": float(product[column]),
            "points": float(moved[column]),
            "measured": part.shape(product[part.measured]),
            "middle": part.shape(peers[part.measured].median()),
        }
        for column, part in ((column, PARTS[column]) for column in known)
    ]
    columns = ["part", "weight", "score", "points", "measured", "middle"]
    return pd.DataFrame(rows, columns=columns)


def signed(moved: float) -> str:
    """Points as ``+4.8`` or ``−12.0``."""
    return f"{moved:+.1f}".replace("-", "−")
