"""Rows of two engines side by side: exact but for the last digits of doubles."""

import math
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

Row = tuple[Any, ...]


def differences(expected: Sequence[Row], found: Sequence[Row]) -> list[Row]:
    """Pairs of rows that are not the same, in whatever order they came."""
    if len(expected) != len(found):
        return [(len(expected), "rows", len(found))]
    pairs = zip(sorted(expected, key=exact_part), sorted(found, key=exact_part), strict=True)
    return [(one, two) for one, two in pairs if not all(map(are_same, one, two))]


def exact_part(row: Row) -> list[str]:
    return [
        str(value.normalize() + 0) if isinstance(value, Decimal) else str(value)
        for value in row
        if not isinstance(value, float)
    ]


def are_same(one: Any, two: Any) -> bool:
    if isinstance(one, float) and isinstance(two, float):
        both_odd = math.isnan(one) and math.isnan(two)
        return both_odd or math.isclose(one, two, rel_tol=1e-9, abs_tol=1e-9)
    return bool(one == two) and (one is None) == (two is None)
