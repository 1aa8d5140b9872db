"""One product: its figures, its prices, what was viewed, carted and sold by day."""

import pandas as pd
import streamlit as st

from dashboard import charts, colours, formats, queries, states
from dashboard.cards import card_row
from dashboard.page import Page


def show_product(page: Page) -> None:
    """Draw the choice of a product and what there is to know of it."""
    product = _choose(page)
    rows = page.connection.query(queries.PRODUCT, product=product)
    if rows.empty:
        states.missing("This product is no longer in the marts.")
        return
    row = rows.iloc[0]
    sale = " · ✂️ on sale" if row["is_on_sale"] else ""
    stock = "" if row["in_stock"] else " · 🚫 out of stock"
    st.caption(
        f"{row['category']} · {row['product_id']}{sale}{stock} · net revenue of all time "
        f"{page.money(row['lifetime_net_revenue'])}"
    )
    cards = card_row(6, width=170)
    cards[0].metric(
        "Price",
        page.price(row["current_price"]),
        border=True,
        height="stretch",
        help=f"Regular price {page.price(row['regular_price'])}",
    )
    cards[1].metric(
        "Net revenue, 28 days",
        page.money(row["net_revenue"]),
        formats.signed_percent(_number(row["revenue_growth"])),
        border=True,
        height="stretch",
    )
    cards[2].metric(
        "Units sold, 28 days",
        formats.compact(_number(row["units"])),
        border=True,
        height="stretch",
    )
    cards[3].metric(
        "Conversion",
        formats.percent(_number(row["conversion_rate"]), 2),
        border=True,
        height="stretch",
    )
    cards[4].metric(
        "Returned", formats.percent(_number(row["return_rate"]), 1), border=True, height="stretch"
    )
    rating = _number(row["avg_rating"])
    cards[5].metric(
        f"Rating of {int(row['review_count']):,}" if row["review_count"] else "Rating",
        formats.NOTHING if rating is None else f"{rating:.2f}",
        border=True,
        height="stretch",
    )
    _history(page, product, _number(row["regular_price"]))


def _choose(page: Page) -> str:
    """The product of the URL, or the one that earns most, until another one is chosen."""
    choices = page.connection.query(queries.PRODUCT_CHOICES)
    names: dict[str, str] = dict(zip(choices["product_id"], choices["product_name"], strict=True))
    ids = list(names)
    wanted = st.query_params.get("product")
    st.subheader("One product")
    chosen: str = st.selectbox(
        "Product",
        ids,
        index=ids.index(wanted) if wanted in names else 0,
        format_func=lambda product: f"{names.get(product, product)} · {product}",
        key="chosen_product",
        label_visibility="collapsed",
    )
    if chosen != ids[0] or wanted is not None:
        st.query_params["product"] = chosen
    return chosen


def _history(page: Page, product: str, regular_price: float | None) -> None:
    days = page.connection.query(
        queries.PRODUCT_DAYS, product=product, start=page.selection.start, end=page.selection.end
    )
    if days.empty:
        states.missing("Nothing happened to this product in the chosen dates.")
        return
    left, right = st.columns(2)
    with left:
        st.markdown("**Price**")
        priced = days[days["average_price"].notna()]
        st.altair_chart(
            charts.price_history(priced, regular_price, f"Price ({page.clock.currency})")
        )
    with right:
        _activity(days)
    stock_outs = days[days["out_of_stock_events"] > 0]
    if len(stock_outs):
        st.warning(
            f"Out of stock on {len(stock_outs)} of these days, the last time on "
            f"{stock_outs['metric_date'].max():%d %b %Y}; wanted and not had: "
            f"{int(stock_outs['out_of_stock_events'].sum()):,} ×.",
            icon=":material/block:",
        )


def _activity(days: pd.DataFrame) -> None:
    """Views by themselves: they would flatten carts and sales."""
    if days["views"].any():
        st.markdown("**Views**")
        st.altair_chart(
            charts.bars_by_day(
                days,
                date="metric_date",
                value="views",
                title=None,
                colour=colours.LIGHT,
                height=100,
            )
        )
    palette = {"Carted": colours.ACTUAL, "Units sold": colours.GOOD}
    columns = dict(zip(("sessions_carted", "units"), palette, strict=True))
    present = {column: name for column, name in columns.items() if days[column].any()}
    if not present:
        states.missing("It was neither carted nor bought in the chosen dates.")
        return
    st.markdown("**Sessions that carted it, units sold**")
    long = days.rename(columns=present).melt(
        "metric_date", list(present.values()), var_name="what", value_name="count"
    )
    st.altair_chart(
        charts.lines(
            long,
            time="metric_date",
            value="count",
            part="what",
            palette={name: palette[name] for name in present.values()},
            title=None,
            height=190,
        )
    )


def _number(value: object) -> float | None:
    return None if pd.isna(value) else float(value)  # type: ignore[arg-type, call-overload]
