"""The cohorts of Customers: who bought again, and what each cohort has brought."""

import pandas as pd
import streamlit as st

from dashboard import charts, states
from dashboard.charts.customers import ALL
from dashboard.page import Page
from dashboard.panel import Panel, panel
from esynapse.pipeline.mart_docs import meaning

SHOWN_COHORTS = 24
SHOWN_MONTHS = 12
BOUGHT_AGAIN, VALUE = "Bought again", "Value"
ROW, LEAST_HEIGHT = 23, 260  # pixels


def show_cohorts(page: Page, rows: pd.DataFrame) -> None:
    """Draw those of the newest cohorts. ``rows``: queries.COHORTS."""
    rows = rows[rows["months_since_first"] <= SHOWN_MONTHS]
    later = rows[rows["months_since_first"] > 0]
    newest = later["cohort_month"].drop_duplicates().nlargest(SHOWN_COHORTS)
    shown = rows[rows["cohort_month"].isin(newest)]
    shown = shown.assign(cohort=shown["cohort_month"].dt.strftime("%b %Y"))
    height = max(ROW * (len(newest) + 1) + 60, LEAST_HEIGHT)
    left, right = st.columns([3, 2])
    with (
        left,
        panel(
            "Cohorts",
            "cohorts",
            about=meaning("customer_cohorts", "retention_rate"),
            height="stretch",
        ) as card,
    ):
        if newest.empty:
            states.missing("Cohorts need buyers of one month and orders of a month after it.")
        else:
            _heat_map(page, card, shown, height)
    with (
        right,
        panel(
            "Value by cohort",
            "lifetime_values",
            about=meaning("customer_cohorts", "lifetime_value"),
            height="stretch",
        ) as card,
    ):
        over = shown[shown["is_complete"]]
        if over["months_since_first"].max() > 0:
            card.chart(
                charts.lifetime_values(
                    over, f"Net revenue per customer ({page.clock.currency})", height
                ),
                over,
                alt_text="Net revenue per customer by months since the first order, by cohort",
            )
            st.caption("A curve falls where refunds are more than what was bought.")
        else:
            states.missing("The curves begin with the second month of a cohort.")


def _heat_map(page: Page, card: Panel, shown: pd.DataFrame, height: int) -> None:
    measure = card.tools.segmented_control(
        "Measure",
        (BOUGHT_AGAIN, VALUE),
        default=BOUGHT_AGAIN,
        required=True,
        key="cohort_measure",
        label_visibility="collapsed",
    )
    if measure == VALUE:
        column, title, shape = "lifetime_value", f"Value ({page.clock.currency})", ",.0f"
    else:
        shown = shown[shown["months_since_first"] > 0]
        column, title, shape = "retention_rate", "Bought again", ".1%"
    cells = with_all(shown.assign(value=shown[column]))
    card.chart(
        charts.cohorts(cells, shape=shape, title=title, height=height),
        cells,
        alt_text=f"{title} by month of the first order and months since",
    )
    if not shown["is_complete"].all():
        st.caption("Outlined: the month is not over.")


def with_all(rows: pd.DataFrame) -> pd.DataFrame:
    """``rows`` of cohorts, and above them ALL: the mean over customers, of months that are over."""
    over = rows[rows["is_complete"]]
    weighted = over.assign(value=over["value"] * over["cohort_size"])
    sums = weighted.groupby("months_since_first", as_index=False)[
        ["value", "active_customers", "cohort_size"]
    ].sum()
    top = sums.assign(value=sums["value"] / sums["cohort_size"], cohort=ALL, is_complete=True)
    return pd.concat([top, rows], ignore_index=True)
