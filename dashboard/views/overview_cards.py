"""The cards of Overview: six figures, each with its days and its change."""

import pandas as pd
import streamlit as st

from dashboard import formats, measures
from dashboard.cards import card_row
from dashboard.page import Page


def show_cards(page: Page, now: pd.DataFrame, before: pd.DataFrame) -> None:
    """Draw them; ``before`` has no rows where comparing would not be fair."""
    selection = page.selection
    narrowed = measures.is_narrowed(selection)
    compared = f"against {selection.previous[0]:%d %b} – {selection.previous[1]:%d %b %Y}"
    cards = card_row(6)
    for card, label, column in (
        (cards[0], "Gross revenue", "gross_revenue"),
        (cards[1], "Net revenue", "net_revenue"),
    ):
        card.metric(
            label,
            page.money(now[column].sum()),
            _delta(now[column].sum(), before, column),
            chart_data=now[column],
            chart_type="area",
            border=True,
            height="stretch",
            help=f"Change {compared}.",
        )
    cards[2].metric(
        "Orders",
        formats.compact(now["orders"].sum()),
        _delta(now["orders"].sum(), before, "orders"),
        chart_data=now["orders"],
        chart_type="area",
        border=True,
        height="stretch",
        help=f"Sessions with a purchase. {measures.order_note(selection) or ''} Change {compared}.",
    )
    _ratio_card(cards[3], "Average order", now, before, "gross_revenue", "orders", page=page)
    _ratio_card(
        cards[4],
        "Conversion",
        now,
        before,
        "converting",
        "sessions",
        explained="Sessions that viewed, carted and bought ÷ sessions that viewed."
        if narrowed
        else "Sessions with a purchase ÷ sessions.",
    )
    _ratio_card(
        cards[5],
        "Refund rate",
        now,
        before,
        "refunds",
        "gross_revenue",
        good_up=False,
        explained="Refunds paid in the period ÷ gross revenue of the period.",
    )


def _delta(total: float, before: pd.DataFrame, column: str) -> str | None:
    if before.empty:
        return None
    return formats.signed_percent(formats.relative_change(total, before[column].sum()))


def _ratio_card(
    card: st.delta_generator.DeltaGenerator,
    label: str,
    now: pd.DataFrame,
    before: pd.DataFrame,
    top: str,
    bottom: str,
    *,
    page: Page | None = None,
    good_up: bool = True,
    explained: str | None = None,
) -> None:
    """A card for Σ top ÷ Σ bottom: money per order if ``page`` is given, else a rate."""
    value = measures.ratio(now[top].sum(), now[bottom].sum())
    previous = measures.ratio(before[top].sum(), before[bottom].sum()) if len(before) else None
    daily = now[top].div(now[bottom].where(now[bottom] > 0))
    delta = (
        formats.signed_percent(formats.relative_change(value, previous))
        if page
        else formats.signed_points(value, previous)
    )
    card.metric(
        label,
        page.money(value) if page else formats.percent(value, 2),
        delta,
        delta_color="normal" if good_up else "inverse",
        chart_data=daily.dropna() if daily.notna().any() else None,
        chart_type="area",
        border=True,
        height="stretch",
        help=explained or "Gross revenue ÷ orders.",
    )
