"""What a discount does from day to day: the lift, and what is missing afterwards."""

import pandas as pd
import streamlit as st

from dashboard import charts, formats, lift, queries, states
from dashboard.page import Page
from dashboard.panel import panel
from dashboard.queries.discount_course import DURING

FEWEST = 5
"""Products that a day needs: an interval of fewer says little."""
ABOUT = (
    "Units ÷ expected units of all discount periods together, by day before, during and after. "
    "Expected: what the product sold before, moved with its category's sales at regular prices."
)


def show_course(page: Page) -> None:
    """Draw it."""
    selection = page.selection
    with panel("What a discount does, day by day", "course", about=ABOUT) as card:
        rows = lift.with_ratio(
            page.connection.query(
                queries.DISCOUNT_COURSE,
                start=selection.start,
                end=selection.end,
                categories=selection.category_parameter,
            )
        )
        days = rows[~rows["phase"].str.startswith("week") & (rows["products"] >= FEWEST)]
        if days[days["phase"] == "during"].empty:
            states.missing(
                f"Too few discount periods to average: it takes {FEWEST} products on sale whose "
                "days before tell what to expect. Widen dates or categories."
            )
            return
        card.chart(
            charts.lift_by_day(days, during=DURING),
            days,
            alt_text="Units ÷ expected units on the days before, during and after a discount",
        )
        st.caption(_words(rows, int(days["periods"].max())))


def _words(rows: pd.DataFrame, periods: int) -> str:
    """What happened in the week after, beside the week before, which nothing should have moved."""
    weeks = {row["phase"]: row for _, row in rows[rows["lower"].notna()].iterrows()}
    words = [f"{periods:,} periods; the band is a {lift.LEVEL} interval."]
    after, before = weeks.get("week after"), weeks.get("week before")
    if after is not None:
        text = (
            f"In the week after, units were {_change(after['ratio'])} on expectation "
            f"({_change(after['lower'])} to {_change(after['upper'])})"
        )
        if before is not None:
            text += f", in the week before {_change(before['ratio'])}"
        words.append(f"{text}: {_verdict(after)}")
    return " ".join(words)


def _verdict(after: pd.Series) -> str:
    if after["upper"] < 1:
        return "part of what a discount sells would have been sold later."
    if after["lower"] > 1:
        return "the interest outlasts the discount."
    return "no sign that a discount takes sales from the days after it."


def _change(ratio: float) -> str:
    return formats.change(ratio - 1)
