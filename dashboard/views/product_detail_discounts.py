"""The discount periods of a product, and what each brought."""

import pandas as pd
import streamlit as st

from dashboard import formats, queries, states
from dashboard.page import Page
from dashboard.panel import panel
from esynapse.pipeline.mart_docs import meaning

MART = "discount_effectiveness"


def show_discounts(page: Page, product: pd.Series) -> None:
    """A row for each, the newest first."""
    with panel("Its discount periods", "discounts", about=meaning(MART, "uplift")) as card:
        rows = page.connection.query(queries.PRODUCT_DISCOUNTS, product=product["product_id"])
        if rows.empty:
            states.missing("It was never on sale.")
            return
        card.offer(rows)
        number, text = st.column_config.NumberColumn, st.column_config.TextColumn
        st.dataframe(
            rows.assign(
                period_end=rows["period_end"]
                .dt.strftime("%d %b %Y")
                .where(~rows["is_open"], "still on sale"),
                uplift=rows["uplift"].map(formats.change),
                units_per_day=rows["units_per_day"].map(formats.two_digits),
                expected_units_per_day=rows["expected_units_per_day"].map(formats.two_digits),
                incremental_revenue=rows["incremental_revenue"].map(page.money),
                dip_after=rows["dip_after"].map(formats.change),
            ),
            hide_index=True,
            height="content" if len(rows) <= 10 else 390,
            column_order=[
                "period_start",
                "period_end",
                "days",
                "discount_depth",
                "sale_price",
                "uplift",
                "units_per_day",
                "expected_units_per_day",
                "incremental_revenue",
                "dip_after",
            ],
            column_config={
                "period_start": st.column_config.DateColumn("From", format="DD MMM YYYY"),
                "period_end": "To",
                "days": number("Days", help=meaning(MART, "days"), width="small"),
                "discount_depth": number(
                    "Depth", format="percent", help=meaning(MART, "discount_depth")
                ),
                "sale_price": number(
                    f"Price ({page.clock.currency})",
                    format=formats.AMOUNT_COLUMN,
                    help=meaning(MART, "sale_price"),
                ),
                "uplift": text("Uplift", help=meaning(MART, "uplift")),
                "units_per_day": text("Units a day", help=meaning(MART, "units_per_day")),
                "expected_units_per_day": text(
                    "Expected", help=meaning(MART, "expected_units_per_day")
                ),
                "incremental_revenue": text(
                    "Extra revenue", help=meaning(MART, "incremental_revenue")
                ),
                "dip_after": text("Week after", help=meaning(MART, "dip_after")),
            },
        )
