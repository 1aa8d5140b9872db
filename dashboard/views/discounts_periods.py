"""Discount periods: the largest over time, beside their effect, and all of them in a table."""

from collections.abc import Callable

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from dashboard import charts, clicks, formats, queries, states
from dashboard.page import Page
from dashboard.panel import Panel, panel
from dashboard.queries.discounts import MOST_ROWS
from dashboard.views.discounts_categories import MARKS
from esynapse.pipeline.mart_docs import meaning

LARGEST = 12
"""In the charts; the table has the others."""
DEEPEST = 60
"""Percent, at which the bar of a depth is full."""


def show_largest_periods(page: Page) -> None:
    """Draw the periods that sold most: when and how deep, and in the same rows what they did."""
    rows = _periods(page)
    if rows.empty:
        with panel("Discount periods", "timeline"):
            states.missing("No product was on sale in this selection: no event has on_sale true.")
        return
    largest = _labelled(rows.head(LARGEST))
    left, right = st.columns(2)
    with left, panel("The largest discount periods", "timeline", height="stretch") as card:
        _timeline(card, largest, len(rows))
    with (
        right,
        panel(
            "What they sold",
            "effect_periods",
            about=meaning("discount_effectiveness", "uplift"),
            height="stretch",
        ) as card,
    ):
        _effect(card, largest)
    clicks.open_product("chart_timeline")


def show_all_periods(page: Page) -> None:
    """The table; a click on a product opens it."""
    rows = _periods(page)
    if rows.empty:
        return
    ranked = rows.sort_values("incremental_revenue", ascending=False, na_position="last")
    with panel("All discount periods", "periods") as card:
        card.offer(ranked)
        st.dataframe(
            _as_read(ranked)[list(_columns(page))],
            hide_index=True,
            height=390,
            key="all_periods",
            on_select="rerun",
            selection_mode="single-cell",
            column_config=_columns(page),
        )
        st.caption(f"{_how_many(len(rows))} Click a product to open it.")
    clicks.open_product("all_periods", ranked)


def _periods(page: Page) -> pd.DataFrame:
    """Those that sold most first."""
    return page.connection.query(
        queries.DISCOUNT_PERIODS,
        start=page.selection.start,
        end=page.selection.end,
        categories=page.selection.category_parameter,
    )


def _as_read(rows: pd.DataFrame) -> pd.DataFrame:
    """Shares in percent."""
    shares = ["discount_depth", "uplift", "dip_after"]
    return rows.assign(**{name: rows[name] * 100 for name in shares})


def _how_many(count: int) -> str:
    if count == 1:
        return "One period."
    more = count == MOST_ROWS
    return f"The {count:,} periods that sold most." if more else f"{count:,} periods."


def _labelled(largest: pd.DataFrame) -> pd.DataFrame:
    """Newest first; day and depth come first in a label, as long names are cut."""
    newest = largest.sort_values(["period_start", "units"], ascending=False)
    days = newest["period_start"].dt.strftime("%d %b")
    depths = newest["discount_depth"].map("−{:.0%}".format)
    return newest.assign(label=days + " · " + depths + " · " + newest["product_name"])


def _timeline(card: Panel, largest: pd.DataFrame, count: int) -> None:
    card.chart(
        clicks.pickable(
            charts.discount_periods(largest, order=largest["label"].tolist()), clicks.PRODUCT_ID
        ),
        largest.drop(columns="label"),
        alt_text="The discount periods that sold most, as bars over time by depth",
        pick=clicks.PICK,
    )
    text = f"The {len(largest)} of {count:,} that sold most." if count > len(largest) else ""
    st.caption(f"{text} Click a bar to open the product.".strip())


def _effect(card: Panel, largest: pd.DataFrame) -> None:
    known = largest[largest["uplift_lower"].notna()]
    if known.empty:
        states.missing(
            "None of them can be compared: that takes 7 days without a promotion and in stock "
            "before it."
        )
        return
    brought, cost = charts.PAID
    rows = known.assign(
        ratio=known["uplift"] + 1,
        lower=known["uplift_lower"] + 1,
        upper=known["uplift_upper"] + 1,
        needed=1 / (1 - known["discount_depth"]),
        paid=[brought if each > 0 else cost for each in known["incremental_revenue"]],
    )
    columns = ["ratio", "lower", "upper", "needed", "paid", "discount_depth", "incremental_revenue"]
    card.chart(
        charts.lifts(
            rows[["label", "product_name", *columns]],
            order=largest["label"].tolist(),
        ),
        rows[["discount_period_id", "product_name", *columns]],
        alt_text="Units ÷ expected units of the same periods, with intervals",
    )
    unknown = "No mark: too few days before to compare with."
    st.caption(MARKS if len(known) == len(largest) else f"{MARKS} {unknown}")


def _columns(page: Page) -> dict[str, ColumnConfig | str | None]:
    def described(
        kind: Callable[..., ColumnConfig], label: str, column: str, shape: str
    ) -> ColumnConfig:
        about = meaning("discount_effectiveness", column)
        return kind(label, format=shape, help=about)

    number, day = st.column_config.NumberColumn, st.column_config.DateColumn
    currency = page.clock.currency
    return {
        "product_name": st.column_config.TextColumn("Product", pinned=True),
        "category": "Category",
        "period_start": described(day, "From", "period_start", "YYYY-MM-DD"),
        "period_end": described(day, "To", "period_end", "YYYY-MM-DD"),
        "discount_depth": st.column_config.ProgressColumn(
            "Depth",
            help=meaning("discount_effectiveness", "discount_depth"),
            format="%.0f %%",
            min_value=0,
            max_value=DEEPEST,
        ),
        "sale_price": described(number, f"Price ({currency})", "sale_price", formats.AMOUNT_COLUMN),
        "units": described(number, "Units", "units", "localized"),
        "units_per_day": described(number, "A day", "units_per_day", "%.1f"),
        "expected_units_per_day": described(number, "Expected", "expected_units_per_day", "%.1f"),
        "uplift": described(number, "Uplift", "uplift", "%+.0f %%"),
        "incremental_revenue": described(
            number, f"Incremental ({currency})", "incremental_revenue", formats.AMOUNT_COLUMN
        ),
        "dip_after": described(number, "After", "dip_after", "%+.0f %%"),
        "elasticity": described(number, "Elasticity", "elasticity", "%.2f"),
    }
