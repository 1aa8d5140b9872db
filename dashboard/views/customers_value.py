"""The segments of Customers, and their cohorts: who bought again and what each one brought."""

import pandas as pd
import streamlit as st

from dashboard import charts, formats, queries, states
from dashboard.page import Page

SEGMENTS = (
    "Champions",
    "Loyal",
    "Potential loyalists",
    "New",
    "Promising",
    "Need attention",
    "About to sleep",
    "At risk",
    "Cannot lose them",
    "Hibernating",
    "Lost",
)
"""From those who keep coming to those who are gone."""
SHOWN_COHORTS = 18
SHOWN_MONTHS = 12


def show_segments(page: Page) -> None:
    """What share of the customers each segment is, and what share of revenue it has brought."""
    rows = page.connection.query(queries.SEGMENTS)
    place = rows["rfm_segment"].map({name: at for at, name in enumerate(SEGMENTS)})
    rows = rows.assign(place=place).sort_values("place")
    left, right = st.columns(2)
    with left, st.container(border=True, height="stretch"):
        st.subheader("Segments")
        revenue = rows["net_revenue"].sum()
        shares = pd.DataFrame(
            {
                "segment": rows["rfm_segment"],
                "Customers": rows["customers"] / rows["customers"].sum(),
                "Net revenue": rows["net_revenue"] / (revenue if revenue else float("nan")),
            }
        ).melt("segment", var_name="measure", value_name="share")
        st.altair_chart(charts.segments(shares))
    with right, st.container(border=True, height="stretch"):
        st.subheader("What they are worth")
        _segment_table(page, rows)
        st.caption(
            "Customers are scored 1 to 5 among all: how recent the last order is, how many orders, "
            "how much net revenue. A segment is a range of these scores; equal customers get equal "
            "scores. All time."
        )


def _segment_table(page: Page, rows: pd.DataFrame) -> None:
    number = st.column_config.NumberColumn
    st.dataframe(
        rows,
        hide_index=True,
        height="content",
        column_order=[
            "rfm_segment",
            "customers",
            "lifetime_value",
            "orders",
            "days_since_last_order",
        ],
        column_config={
            "rfm_segment": "Segment",
            "customers": number("Customers", format="localized"),
            "lifetime_value": number(
                f"Value ({page.clock.currency})", format=formats.AMOUNT_COLUMN
            ),
            "orders": number("Orders", format="%.1f"),
            "days_since_last_order": number("Days since", format="%.0f"),
        },
    )


def show_cohorts(page: Page) -> None:
    """Months that are over, of the newest cohorts."""
    rows = page.connection.query(queries.COHORTS)
    shown = rows[rows["months_since_first"] <= SHOWN_MONTHS]
    newest = shown["cohort_month"].drop_duplicates().nlargest(SHOWN_COHORTS)
    shown = shown[shown["cohort_month"].isin(newest)]
    shown = shown.assign(cohort=shown["cohort_month"].dt.strftime("%b %Y"))
    later = shown[shown["months_since_first"] > 0]
    left, right = st.columns(2)
    with left, st.container(border=True, height="stretch"):
        st.subheader("Who bought again")
        if later.empty:
            states.missing("Cohorts need buyers of one month and a month after it that is over.")
        else:
            st.altair_chart(charts.cohorts(later))
            st.caption("Customers by the month of their first order; months that are over.")
    with right, st.container(border=True, height="stretch"):
        st.subheader("Lifetime value by cohort")
        if later.empty:
            states.missing("The curves begin with the second month of a cohort.")
        else:
            curves = shown[shown["cohort_month"].isin(later["cohort_month"])]
            st.altair_chart(
                charts.lifetime_values(curves, f"Net revenue per customer ({page.clock.currency})")
            )
            st.caption(
                "Net revenue so far ÷ customers of the cohort. It falls where refunds are more "
                "than what was bought."
            )
