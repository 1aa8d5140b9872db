"""The cards of Live: what came in the window, and how late it got here."""

import pandas as pd

from dashboard import formats, live
from dashboard.cards import Card, show_cards
from dashboard.page import Page
from dashboard.status import local_status
from esynapse.settings import load_settings


def show_cards_of(page: Page, events: pd.DataFrame, grain: live.Grain, screen: live.Screen) -> None:
    """Draw them. ``events``: those of the window."""
    seconds = grain.window.total_seconds()
    bought = events[events["event_type"] == "purchase"]
    orders, gross = bought["session_id"].nunique(), float(live.revenue(events).sum())
    shoppers = events["user_id"].nunique()
    show_cards(
        [
            Card(
                "Events",
                formats.compact(len(events)),
                note=f"{formats.compact(len(events) / seconds)} a second",
            ),
            Card(
                "Shoppers",
                formats.compact(shoppers),
                note=f"{formats.compact(len(events) / shoppers if shoppers else None)} events each",
            ),
            Card(
                "Orders",
                formats.compact(orders),
                note=f"{formats.percent(orders / shoppers if shoppers else None)} of shoppers",
            ),
            Card(
                "Gross revenue",
                page.money(gross),
                note=f"{page.money(gross / orders)} an order" if orders else "no order",
            ),
            _to_the_lake(),
            _to_the_screen(screen),
        ]
    )


def _to_the_lake() -> Card:
    label = "Latency, to the lake"
    if load_settings().target != "local":
        return Card(
            label,
            formats.NOTHING,
            note="in Cloud Monitoring",
            about="On target bigquery Google's Pub/Sub writes the rows and knows how late.",
        )
    latency = local_status()["latency"]
    return Card(
        label,
        _span(latency["p50_seconds"]),
        note=f"p99 {_span(latency['p99_seconds'])}",
        about="p50 and p99 from an event's timestamp to the commit that makes it visible in the "
        f"lake, of the {latency['rows']:,} events of the last {latency['minutes']} minutes. Late "
        "events are late here too.",
    )


def _to_the_screen(screen: live.Screen) -> Card:
    minutes = live.REMEMBERED.total_seconds() / 60
    return Card(
        "Latency, to this screen",
        _span(screen.quantile(0.5)),
        note=f"p99 {_span(screen.quantile(0.99))}",
        about="p50 and p99 from an event's timestamp to the drawing that first showed it here, of "
        f"the {len(screen.ages):,} events of the last {minutes:.0f} minutes.",
    )


def _span(seconds: float | None) -> str:
    return formats.NOTHING if seconds is None else formats.span(seconds)
