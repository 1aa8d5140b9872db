"""A product day by day: its price, its views, carts, purchases and returns."""

import pandas as pd
import streamlit as st

from dashboard import charts, clicks, colours, measures, queries, states
from dashboard.charts.axes import WEEKLY_FROM_DAYS
from dashboard.page import Page
from dashboard.panel import panel
from esynapse.pipeline.mart_docs import meaning

DAY = pd.Timedelta(days=1)
COURSES = {
    "views": ("Views", colours.LIGHT),
    "sessions_carted": ("Carted", colours.ACTUAL),
    "units": ("Units sold", colours.GOOD),
    "units_refunded": ("Returned", colours.PROMOTION),
}
"""What is drawn by day, if there is any of it."""


def show_prices(page: Page, product: pd.Series, days: pd.DataFrame) -> None:
    """Draw the price, what was on sale and every price drop."""
    selection = page.selection
    with panel(
        "Price", "price", about=meaning("daily_product_kpis", "average_price"), height="stretch"
    ) as card:
        chosen = measures.between(days, "metric_date", selection.start, selection.end)
        priced = chosen[chosen["average_price"].notna()]
        if priced.empty:
            states.missing("No price was seen in these dates: choose others.")
            return
        regular = product["regular_price"]
        drops = page.connection.query(
            queries.PRODUCT_DROPS,
            product=product["product_id"],
            start=selection.start,
            end=selection.end,
        )
        card.offer(drops, "drops")
        rows = _priced(priced, regular)
        card.chart(
            clicks.zoomable(
                charts.price_history(
                    rows,
                    drops.assign(
                        noon=drops["drop_date"] + DAY / 2,
                        kind=drops["is_promotion"].map({True: "Promotion", False: "New price"}),
                    ),
                    setting(page, product, chosen),
                    regular_price=None if pd.isna(regular) else float(regular),
                    title=f"Price ({page.clock.currency})",
                )
            ),
            priced,
            alt_text="Price by day beside the regular price, with days on sale and price drops",
            pick=clicks.ZOOM,
            on_pick=clicks.zoom_dates,
        )
        st.caption(_legend(len(drops), chosen))


def _priced(days: pd.DataFrame, regular: float) -> pd.DataFrame:
    """Days with the price asked, and in words whether that was a sale."""
    off = 1 - days["average_price"] / regular if regular and pd.notna(regular) else None
    words = days["is_on_sale"].map({True: "On sale", False: "Regular"})
    if off is not None:
        words += off.map(lambda share: f", {share:.0%} off".replace("%", " %") if share > 0 else "")
    return pd.DataFrame(
        {
            "day": days["metric_date"],
            "until": days["metric_date"] + DAY,
            "price": days["average_price"],
            "state": words,
        }
    )


def _legend(drops: int, days: pd.DataFrame) -> str:
    words = []
    if drops:
        words.append("Triangles: below every price of the 30 days before.")
    wanted = int(days["out_of_stock_events"].sum())
    if wanted:
        words.append(f"Crosses: wanted {wanted:,} × while out of stock.")
    return " ".join([*words, "Draw over the days to zoom into them."])


def show_days(page: Page, product: pd.Series, days: pd.DataFrame) -> None:
    """Draw what happened, one below the other, so that cause and effect stand together."""
    selection = page.selection
    with panel("From view to purchase, day by day", "days") as card:
        chosen = measures.between(days, "metric_date", selection.start, selection.end)
        present = [column for column in COURSES if chosen[column].any()]
        if not present:
            states.missing("Nothing happened to this product in these dates: choose others.")
            return
        rows = _steps(chosen, weekly=selection.days > WEEKLY_FROM_DAYS)
        around = setting(page, product, chosen)
        for column in present:
            name, colour = COURSES[column]
            card.chart(
                clicks.zoomable(
                    charts.steps_of_product(
                        rows,
                        around,
                        value=column,
                        title=name,
                        colour=colour,
                        labels=column == present[-1],
                    )
                ),
                rows[["day", column]],
                name=column,
                alt_text=f"{name} by day",
                pick=clicks.ZOOM,
                on_pick=clicks.zoom_dates,
            )
        grain = "By week. " if selection.days > WEEKLY_FROM_DAYS else ""
        st.caption(f"{grain}Shaded: on sale. Cross: out of stock. Carted: sessions.")


def _steps(days: pd.DataFrame, *, weekly: bool) -> pd.DataFrame:
    """Days or weeks: day, last_day, bar_start, bar_end, and a column for each of COURSES."""
    first = days["metric_date"]
    if weekly:
        first = first - pd.to_timedelta(first.dt.weekday, unit="D")
    length = 7 if weekly else 1
    rows = days.assign(day=first).groupby("day", as_index=False)[list(COURSES)].sum()
    gap = DAY * 0.08 * length
    return rows.assign(
        last_day=rows["day"] + (length - 1) * DAY,
        bar_start=rows["day"] + gap,
        bar_end=rows["day"] + length * DAY - gap,
    )


def setting(page: Page, product: pd.Series, days: pd.DataFrame) -> charts.Setting:
    """The days chosen, and what explains them."""
    start, until = pd.Timestamp(page.selection.start), pd.Timestamp(page.selection.end) + DAY
    periods = page.connection.query(queries.PRODUCT_DISCOUNTS, product=product["product_id"])
    sales = pd.DataFrame(
        {
            "begin": periods["period_start"].map(lambda day: max(day, start)),
            "until": periods["period_end"].map(lambda day: min(day + DAY, until)),
        }
    )
    stock_outs = days[days["out_of_stock_events"] > 0]
    return charts.Setting(
        start,
        until,
        sales[sales["begin"] < sales["until"]],
        pd.DataFrame(
            {
                "day": stock_outs["metric_date"],
                "noon": stock_outs["metric_date"] + DAY / 2,
                "turned_away": stock_outs["out_of_stock_events"],
            }
        ),
    )
