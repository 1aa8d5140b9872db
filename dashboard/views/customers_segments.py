"""The segments of Customers: how many they are, what they brought, and what to do about each."""

import pandas as pd
import streamlit as st

from dashboard import charts, formats, queries
from dashboard.page import Page
from dashboard.panel import panel
from esynapse.pipeline.mart_docs import meaning

SEGMENTS = {
    "Champions": "Reward them",
    "Loyal": "Offer more",
    "Potential loyalists": "Ask again",
    "New": "Welcome them",
    "Promising": "Show more",
    "Need attention": "Remind them",
    "About to sleep": "Make an offer",
    "At risk": "Win back now",
    "Cannot lose them": "Write in person",
    "Hibernating": "Mail rarely",
    "Lost": "Let them go",
}
"""From those who keep coming to those who are gone, and what to do about each."""
LEAVING = ("About to sleep", "At risk", "Cannot lose them")


def show_segments(page: Page) -> None:
    """What share of the customers each segment is, and what share of revenue it has brought."""
    rows = page.connection.query(queries.SEGMENTS)
    place = rows["rfm_segment"].map({name: at for at, name in enumerate(SEGMENTS)})
    rows = rows.assign(place=place, action=rows["rfm_segment"].map(SEGMENTS)).sort_values("place")
    left, right = st.columns(2)
    with (
        left,
        panel(
            "Segments", "segments", about=meaning("customers", "rfm_segment"), height="stretch"
        ) as card,
    ):
        shares = _shares(rows)
        card.chart(
            charts.segments(shares),
            shares,
            alt_text="Share of the customers and of net revenue by segment",
        )
    with right, panel("What to do", "actions", height="stretch") as card:
        st.markdown(_words(page, rows))
        card.offer(rows.drop(columns="place"))
        _table(page, rows)
        st.caption("All time. Customers are scored 1 to 5 among all; equals get equal scores.")


def _shares(rows: pd.DataFrame) -> pd.DataFrame:
    revenue = rows["net_revenue"].sum()
    return pd.DataFrame(
        {
            "segment": rows["rfm_segment"],
            "Customers": rows["customers"] / rows["customers"].sum(),
            "Net revenue": rows["net_revenue"] / (revenue if revenue else float("nan")),
        }
    ).melt("segment", var_name="measure", value_name="share")


def _words(page: Page, rows: pd.DataFrame) -> str:
    """Who brought most, and what those brought who are about to leave."""
    best = rows.sort_values("net_revenue").iloc[-1]
    customers = formats.percent(best["customers"] / rows["customers"].sum(), 0)
    sentence = (
        f"**{best['rfm_segment']}**, {customers} of the customers, brought most: "
        f"{formats.as_text(page.money(best['net_revenue']))}."
    )
    leaving = rows[rows["rfm_segment"].isin(LEAVING)]
    if leaving.empty:
        return sentence
    return (
        f"{sentence} {formats.as_text(page.money(leaving['net_revenue'].sum()))} came from "
        f"**{formats.compact(leaving['customers'].sum())} customers about to leave**."
    )


def _table(page: Page, rows: pd.DataFrame) -> None:
    number = st.column_config.NumberColumn
    st.dataframe(
        rows,
        hide_index=True,
        height="content",
        column_order=[
            "rfm_segment",
            "action",
            "customers",
            "lifetime_value",
            "orders",
            "days_since_last_order",
        ],
        column_config={
            "rfm_segment": "Segment",
            "action": st.column_config.TextColumn("What to do", width=120),
            "customers": number("Customers", format="localized"),
            "lifetime_value": number(
                f"Value ({page.clock.currency})",
                format=formats.AMOUNT_COLUMN,
                help=meaning("customers", "net_revenue"),
            ),
            "orders": number("Orders", format="%.1f"),
            "days_since_last_order": number(
                "Days since", format="%.0f", help=meaning("customers", "days_since_last_order")
            ),
        },
    )
