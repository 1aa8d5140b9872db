"""The buyers of Customers by day, new and returning, and how many of them order twice."""

import pandas as pd
import streamlit as st

from dashboard import charts, clicks, colours, states
from dashboard.page import Page
from dashboard.panel import panel
from dashboard.views.customers_cards import WINDOWS
from esynapse.pipeline.mart_docs import meaning

FULL_HEIGHT = 290  # pixels


def show_buyers(days: pd.DataFrame) -> None:
    """Buyers of each day. ``days``: revenue_date, buyers, new_buyers, returning."""
    with panel(
        "New and returning buyers",
        "buyers",
        about=meaning("daily_revenue", "new_buyers"),
        height="stretch",
    ) as card:
        if not days["buyers"].sum():
            states.missing("Nobody bought anything in the chosen dates.")
            return
        kinds = pd.DataFrame(
            {
                "day": days["revenue_date"],
                "Returning": days["returning"],
                "New": days["new_buyers"],
            }
        ).melt("day", var_name="kind", value_name="buyers")
        card.chart(
            clicks.zoomable(
                charts.stacked_days(
                    kinds,
                    date="day",
                    value="buyers",
                    part="kind",
                    palette={"Returning": colours.ACTUAL, "New": colours.LIGHT},
                    title="Buyers",
                )
            ),
            days,
            alt_text="New and returning buyers by day",
            pick=clicks.ZOOM,
            on_pick=clicks.zoom_dates,
        )
        st.caption("Draw over the days to zoom into them.")


def show_repeat_rates(page: Page, rates: pd.DataFrame) -> None:
    """A curve for each window, each with a scale of its own. ``rates``: queries.REPEAT_RATES."""
    start, end = pd.Timestamp(page.selection.start), pd.Timestamp(page.selection.end)
    with panel(
        "Repeat rate",
        "repeat_rate",
        about=meaning("customer_repeat_rates", "repeat_rate"),
        height="stretch",
    ) as card:
        shown = rates[rates["rate_date"].between(start, end)]
        if shown.empty:
            states.missing(
                "A rate needs a whole window of data: 28 days that are over by the chosen dates."
            )
            return
        drawn = shown.groupby("window_days").filter(lambda rows: len(rows) > 1)
        height = FULL_HEIGHT // max(drawn["window_days"].nunique(), 1)
        for window, words in WINDOWS.items():
            of_window = drawn[drawn["window_days"] == window]
            course = of_window.rename(columns={"rate_date": "day", "repeat_rate": "rate"})
            if len(course):
                card.chart(
                    clicks.zoomable(
                        charts.rate_days(
                            course[["day", "rate"]],
                            course[["day", "rate"]].iloc[:0],
                            title=f"Within {words}",
                            height=height,
                        )
                    ),
                    of_window,
                    name=f"{window}_days",
                    alt_text=f"Share of customers with two orders in the {words} up to each day",
                    pick=clicks.ZOOM,
                    on_pick=clicks.zoom_dates,
                )
