"""The cards of Customers: who came back in the chosen dates, who is new, what they are worth."""

import pandas as pd

from dashboard import formats
from dashboard.cards import Card, show_cards
from dashboard.comparison import Comparison
from dashboard.page import Page
from esynapse.pipeline.mart_docs import meaning

WINDOWS = {90: "90 days", 28: "28 days"}
"""Of the repeat rate, the longest first."""
VALUE_AFTER = (3, 2, 1)
"""Months after which cohorts are compared: the first of these that two cohorts have seen."""


def show_key_figures(
    page: Page, compare: Comparison, rates: pd.DataFrame, cohorts: pd.DataFrame
) -> None:
    """Draw them.

    Args:
        compare: over the rows of queries.BUYERS, with ``returning``.
        rates, cohorts: the rows of queries.REPEAT_RATES and queries.COHORTS.
    """
    show_cards(
        [
            _repeat_rate(page, rates),
            compare.rate(
                "Returning",
                ("returning", "buyers"),
                "Buyers of a day who had bought before ÷ buyers of that day.",
            ),
            compare.sum(
                "New customers",
                "new_buyers",
                formats.compact,
                meaning("daily_revenue", "new_buyers"),
            ),
            _value(page, cohorts),
        ]
    )


def _repeat_rate(page: Page, rates: pd.DataFrame) -> Card:
    """At the end of the chosen dates."""
    start, end = pd.Timestamp(page.selection.start), pd.Timestamp(page.selection.end)
    about = meaning("customer_repeat_rates", "repeat_rate")
    known = rates[rates["rate_date"] <= end].set_index("rate_date")
    if known.empty:
        return Card("Repeat rate", formats.NOTHING, note="needs 28 days of data", about=about)
    courses: dict[int, pd.Series] = {
        window: known.loc[known["window_days"] == window, "repeat_rate"]
        for window in known["window_days"].unique().tolist()
    }
    window = best_window(courses)
    course, words = courses[window], WINDOWS[window]
    newest = course.index.max()
    before = newest - pd.Timedelta(days=window)
    compared = f" The change is against the {words} up to {before:%d %b %Y}."
    return Card(
        "Repeat rate",
        formats.percent(course[newest]),
        formats.points(course[newest], course.get(before)),
        note=f"in the {words} to {newest:%d %b}",
        about=about + (compared if before in course.index else ""),
        days=course[course.index >= start],
    )


def best_window(courses: dict[int, pd.Series]) -> int:
    """The longest window that can be compared with the one before it, or else the longest.

    ``courses``: rates by date for each length of the window in days.
    """
    comparable = [
        window
        for window, course in courses.items()
        if course.index.max() - pd.Timedelta(days=window) in course.index
    ]
    return max(comparable or courses)


def _value(page: Page, cohorts: pd.DataFrame) -> Card:
    """Of the newest cohort that is so old, beside the one before it."""
    about = meaning("customer_cohorts", "lifetime_value")
    over = cohorts[cohorts["is_complete"]]
    for months in VALUE_AFTER:
        course = over[over["months_since_first"] == months].set_index("cohort_month")
        if len(course) < 2:
            continue
        before, newest = course["lifetime_value"].iloc[-2:]
        return Card(
            "Customer value",
            page.money(newest),
            formats.change(formats.relative_change(newest, before)),
            note=f"{months} month{'s' if months > 1 else ''} after {course.index[-1]:%b %Y}",
            about=f"{about} The change is against the cohort of the month before.",
            days=course["lifetime_value"],
        )
    return Card("Customer value", formats.NOTHING, note="needs three months", about=about)
