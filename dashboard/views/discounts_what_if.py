"""What another price would do: a product or a category, a slider, and the curves over price."""

import pandas as pd
import streamlit as st

from dashboard import charts, formats, queries, states, what_if
from dashboard.page import Page
from dashboard.panel import Panel, panel
from dashboard.views.discounts_subject import Subject, read_subject

LOWEST, HIGHEST, DEFAULT = -60, 20, -20
"""Of the regular price, in percent."""
ABOUT = (
    "Units and revenue a day at another price, from the elasticity that discount periods showed: "
    "units(price) = units × (price ÷ regular price)^elasticity."
)
ASSUMES = (
    "Band: 90 %, from the elasticity alone. Assumes that all other prices stay as they are, and "
    "leaves out sales that a discount only brings forward."
)


@st.fragment
def show_what_if(page: Page) -> None:
    """Draw it; moving the slider draws this card alone."""
    with panel("What would another price do?", "what_if", about=ABOUT) as card:
        left, right = st.columns(2, gap="medium")
        with left:
            chosen = _choose(page)
        if chosen is None:
            states.missing("No product with a regular price in these categories.")
            return
        with right:
            percent = st.slider(
                "Price, against the regular price",
                LOWEST,
                HIGHEST,
                DEFAULT,
                key="price_change",
                bind="query-params",
                format="%+d %%",
            )
        subject = read_subject(page, *chosen)
        if isinstance(subject, str):
            states.missing(subject)
            return
        _show(page, card, subject, percent / 100)


def _choose(page: Page) -> tuple[str, str] | None:
    """A category, and a product of it or '' for all; None where there is nothing to choose from."""
    rows = page.connection.query(
        queries.WHAT_IF_CHOICES, categories=page.selection.category_parameter
    )
    if rows.empty:
        return None
    columns = (rows[name] for name in ("category", "product_id", "product_name"))
    labels = {(kind, key): f"{name} · {key}" for kind, key, name in zip(*columns, strict=True)}
    labels |= {(kind, ""): f"All of {kind}" for kind in sorted(rows["category"].unique())}
    chosen: tuple[str, str] = st.selectbox(
        "Product, or category",
        list(labels),
        index=int(rows["is_tried"].to_numpy().argmax()),
        format_func=labels.__getitem__,
        key="what_if",
        bind="query-params",
    )
    return chosen


def _show(page: Page, card: Panel, subject: Subject, change: float) -> None:
    units, revenue = _curve(subject, change, what="units"), _curve(subject, change, what="revenue")
    st.markdown(_words(page, subject, change))
    if not _is_tried(subject, change):
        st.markdown(
            ":orange-badge[:material/warning: Extrapolated] "
            f":small[Discounts here went down to ▼ {formats.percent(subject.deepest, 0)}, none up.]"
        )
    price_title = (
        "Price ÷ regular price" if subject.price is None else f"Price ({page.clock.currency})"
    )
    shape, axis_shape = (".0%", ".0%") if subject.price is None else (",.2f", ",~f")
    left, right = st.columns(2, gap="medium")
    for place, name, rows, title in (
        (left, "units", units, "Units a day"),
        (right, "revenue", revenue, f"Revenue a day ({page.clock.currency})"),
    ):
        with place:
            card.chart(
                charts.price_curve(
                    rows,
                    title=title,
                    price_title=price_title,
                    shape=shape,
                    axis_shape=axis_shape,
                ),
                rows.drop(columns=["is_chosen", "basis"]),
                name=name,
                alt_text=f"{title} by price, with the interval of the elasticity",
            )
    st.caption(f"{subject.source} {ASSUMES}")


def _curve(subject: Subject, chosen: float, *, what: str) -> pd.DataFrame:
    """Units or revenue a day at every price of the slider."""
    baseline, formula = {
        "units": (subject.units, what_if.units),
        "revenue": (subject.revenue, what_if.revenue),
    }[what]
    rows = []
    for percent in range(LOWEST, HIGHEST + 1):
        change = percent / 100
        tried = _is_tried(subject, change)
        estimate = formula(baseline, 1 + change, subject.elasticity)
        rows.append(
            {
                "price": (subject.price or 1.0) * (1 + change),
                "change": change,
                "value": estimate.value,
                "lower": estimate.lower,
                "upper": estimate.upper,
                "tried": tried,
                "basis": "tried in discounts" if tried else "never tried",
                "is_chosen": change == chosen,
            }
        )
    return pd.DataFrame(rows)


def _is_tried(subject: Subject, change: float) -> bool:
    return -subject.deepest <= change <= 0


def _words(page: Page, subject: Subject, change: float) -> str:
    ratio = 1 + change
    units = what_if.units(subject.units, ratio, subject.elasticity)
    revenue = what_if.revenue(subject.revenue, ratio, subject.elasticity)
    money = [formats.as_text(page.money(each)) for each in (revenue.value, revenue.lower)]
    upper, now = (formats.as_text(page.money(each)) for each in (revenue.upper, subject.revenue))
    if change == 0:
        return (
            f"At the regular price: **{_count(units.value)} units a day**, **{now}** of revenue a "
            "day. Move the slider."
        )
    ends = [_change(each / subject.revenue - 1) for each in (revenue.lower, revenue.upper)]
    return (
        f"At {_price(page, subject, change)}: **{_count(units.value)} units a day** "
        f"({_count(units.lower)} to {_count(units.upper)}) instead of {_count(subject.units)}, "
        f"**revenue {money[0]} a day** ({money[1]} to {upper}) instead of {now}: between "
        f"**{ends[0]}** and **{ends[1]}**. {_profit(page, subject, ratio)}"
    )


def _price(page: Page, subject: Subject, change: float) -> str:
    if subject.price is None:
        return f"**{_change(change)}** on all {subject.products:,} products"
    price = formats.as_text(page.price(subject.price * (1 + change)))
    return f"**{price}** ({_change(change)})"


def _profit(page: Page, subject: Subject, ratio: float) -> str:
    """What a unit may cost for that price to raise profit too, by the estimate."""
    share = what_if.profitable_cost(ratio, subject.elasticity.value)
    if share is None or subject.elasticity.value >= 0:
        return ""
    if share <= 0:
        return f"It {'lowers' if ratio < 1 else 'raises'} profit, whatever a unit costs."
    cost = (
        f"{formats.percent(share, 0)} of its regular price"
        if subject.price is None
        else formats.as_text(page.price(share * subject.price))
    )
    return f"It raises profit where a unit costs you {'less' if ratio < 1 else 'more'} than {cost}."


def _change(change: float) -> str:
    """With its arrow on the same line."""
    return formats.change(change).replace(" ", "\N{NO-BREAK SPACE}")


def _count(units: float) -> str:
    return f"{units:,.1f}" if units < 99.95 else f"{units:,.0f}"
