"""The last hour of raw events, counted for the Live page. Pure functions of frames."""

from datetime import datetime, timedelta
from typing import NamedTuple

import pandas as pd

from dashboard.colours import EVENT_TYPES

WINDOW = timedelta(minutes=60)
STILL_AFTER = timedelta(seconds=60)
"""A stream whose newest event is older than this stands still."""


class Grain(NamedTuple):
    """How finely time is cut, and how far back."""

    step: str
    """As pandas writes it."""
    steps: int
    per: str
    clock: str
    """How the wall clock is written."""


GRAINS = {
    "60 minutes": Grain("1min", 60, "minute", "%H:%M"),
    "10 minutes": Grain("10s", 60, "10 seconds", "%H:%M:%S"),
}


def counts(events: pd.DataFrame, now: datetime, grain: Grain, zone: str) -> pd.DataFrame:
    """Events and revenue by step and event type, with a row for every step.

    The last step is the one before ``now``'s, which is not over. Columns: at (text, the shop's
    wall clock), event_type, events, revenue.
    """
    end = pd.Timestamp(now).floor(grain.step)
    steps = pd.date_range(end=end, periods=grain.steps + 1, freq=grain.step, inclusive="left")
    seen = events.assign(at=events["event_timestamp"].dt.floor(grain.step))
    seen = seen[seen["at"].isin(steps)]
    revenue = (seen["sale_price"] * seen["quantity"]).where(seen["event_type"] == "purchase", 0.0)
    grouped = (
        seen.assign(revenue=revenue)
        .groupby(["at", "event_type"])
        .agg(events=("event_type", "size"), revenue=("revenue", "sum"))
    )
    grid = pd.MultiIndex.from_product([steps, list(EVENT_TYPES)], names=["at", "event_type"])
    dense = grouped.reindex(grid, fill_value=0).reset_index()
    return dense.assign(at=dense["at"].dt.tz_convert(zone).dt.strftime(grain.clock))


def orders(events: pd.DataFrame, names: dict[str, str], limit: int = 8) -> pd.DataFrame:
    """The newest orders: at (of the newest line), items, products, amount."""
    bought = events[events["event_type"] == "purchase"]
    if bought.empty:
        return pd.DataFrame(columns=["at", "items", "products", "amount"])
    lines = bought.assign(
        amount=bought["sale_price"] * bought["quantity"],
        product=bought["product_id"].map(names.get).fillna(bought["product_id"]),
        order=bought["session_id"].fillna(bought["user_id"]),
    )
    grouped = lines.groupby("order").agg(
        at=("event_timestamp", "max"),
        items=("quantity", "sum"),
        products=("product", lambda values: ", ".join(dict.fromkeys(values))),
        amount=("amount", "sum"),
    )
    return grouped.nlargest(limit, "at").reset_index(drop=True)


def latest(events: pd.DataFrame, names: dict[str, str], limit: int = 12) -> pd.DataFrame:
    """The newest events with their product's name."""
    rows = events.nlargest(limit, "event_timestamp")
    return rows.assign(product=rows["product_id"].map(names.get).fillna(rows["product_id"]))
