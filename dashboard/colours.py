"""One colour language for every chart; all of them read on a light and on a dark ground."""

import pandas as pd

ACTUAL = "#3b7dc4"
LIGHT = "#9bb8d6"
"""Beside ACTUAL: the part of it that is new, or the measure beside it."""
FORECAST = "#8e63d1"
PROMOTION = "#e08f23"
WARNING = "#d2483f"
GOOD = "#2f9e6e"
MUTED = "#8a96a3"
TEXT = "currentColor"
"""Text inside charts: the page's own colour of text, dark on a light ground, light on a dark."""

CATEGORICAL = (
    "#3b7dc4",
    "#2f9e8f",
    "#d9a441",
    "#7a6bc2",
    "#c2668f",
    "#6aa84f",
    "#4fb0d4",
    "#b5784a",
    "#5566a8",
    "#9db83c",
    "#a15fa8",
    "#6f8fa3",
)
"""For categories, by their place in all-time revenue: the filters never change a colour."""

OTHER = "Other"

EVENT_TYPES = {
    "view_item": LIGHT,
    "add_to_cart": "#3b7dc4",
    "remove_from_cart": MUTED,
    "begin_checkout": "#2f9e8f",
    "purchase": GOOD,
    "refund": PROMOTION,
    "review": "#7a6bc2",
    "out_of_stock": WARNING,
}

SOURCES = {"Backfill": LIGHT, "Live": ACTUAL, "Import": "#7a6bc2"}

HEALTH = {"strong": GOOD, "steady": ACTUAL, "weak": WARNING}


def of_categories(ranked: list[str]) -> dict[str, str]:
    """A colour for each category, given all of them in the order of their revenue.

    Where there are more categories than colours, the least of them go without: see ``folded``.
    """
    room = len(CATEGORICAL) if len(ranked) <= len(CATEGORICAL) else len(CATEGORICAL) - 1
    return dict(zip(ranked[:room], CATEGORICAL, strict=False)) | {OTHER: MUTED}


def folded(categories: pd.Series, palette: dict[str, str]) -> pd.Series:
    """Categories without a colour of their own become OTHER."""
    return categories.where(categories.isin(list(palette)), OTHER)
