"""The last hour of raw events, counted for the Live page. Pure functions of frames."""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

import pandas as pd

from dashboard.colours import EVENT_TYPES

WINDOW = timedelta(minutes=60)
STILL_AFTER = timedelta(seconds=60)
"""A stream whose newest event is older than this stands still."""
REMEMBERED = timedelta(minutes=5)
"""How long the latency to the screen looks back."""


class Grain(NamedTuple):
    """How finely time is cut, and how far back."""

    step: timedelta
    steps: int
    per: str
    clock: str
    """How the wall clock is written."""
    labelled: str
    """Pattern of the steps that the axis names."""
    drawn_every: str
    """How often the page is drawn, as Streamlit takes it."""

    @property
    def window(self) -> timedelta:
        return self.step * self.steps


GRAINS = {
    "60 minutes": Grain(timedelta(minutes=1), 60, "minute", "%H:%M", "0$", "2s"),
    "10 minutes": Grain(timedelta(seconds=10), 60, "10 seconds", "%H:%M:%S", "[02468]:00$", "2s"),
    "60 seconds": Grain(timedelta(seconds=1), 60, "second", "%H:%M:%S", "0$", "1s"),
}


def counts(events: pd.DataFrame, now: datetime, grain: Grain, zone: str) -> pd.DataFrame:
    """Events and revenue by step and event type, with a row for every step.

    The last step is the one before ``now``'s, which is not over. Columns: at (text, the shop's
    wall clock), event_type, events, revenue.
    """
    step = f"{grain.step.total_seconds():.0f}s"  # as pandas writes it
    end = pd.Timestamp(now).floor(step)
    steps = pd.date_range(end=end, periods=grain.steps + 1, freq=step, inclusive="left")
    seen = events.assign(at=events["event_timestamp"].dt.floor(step))
    seen = seen[seen["at"].isin(steps)]
    grouped = (
        seen.assign(revenue=revenue(seen))
        .groupby(["at", "event_type"])
        .agg(events=("event_type", "size"), revenue=("revenue", "sum"))
    )
    grid = pd.MultiIndex.from_product([steps, list(EVENT_TYPES)], names=["at", "event_type"])
    dense = grouped.reindex(grid, fill_value=0).reset_index()
    local = dense["at"].dt.tz_convert(zone)
    return dense.assign(at=local.dt.strftime(grain.clock))


def revenue(events: pd.DataFrame) -> pd.Series:
    """What each event brought: price × quantity of purchases, else 0."""
    amounts: pd.Series = events["sale_price"] * events["quantity"]
    return amounts.where(events["event_type"] == "purchase", 0.0)


def since(events: pd.DataFrame, now: datetime, window: timedelta) -> pd.DataFrame:
    """The events of the last ``window``."""
    return events[events["event_timestamp"] > pd.Timestamp(now - window)]


class Minute(NamedTuple):
    """What the last minute brought."""

    events: int
    orders: int
    revenue: float

    @classmethod
    def of(cls, events: pd.DataFrame, now: datetime) -> "Minute":
        """Counted of the newest ``events``."""
        newest = since(events, now, timedelta(minutes=1))
        bought = newest[newest["event_type"] == "purchase"]
        return cls(len(newest), bought["session_id"].nunique(), float(revenue(newest).sum()))


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


def latest(events: pd.DataFrame, names: dict[str, str], limit: int = 8) -> pd.DataFrame:
    """The newest events with their product's name."""
    rows = events.nlargest(limit, "event_timestamp")
    return rows.assign(product=rows["product_id"].map(names.get).fillna(rows["product_id"]))


@dataclass
class Screen:
    """What one viewer's screen has shown, so that it is known how late events get there."""

    shown: frozenset[str] = frozenset()
    ages: deque[tuple[datetime, float]] = field(default_factory=deque)
    """When it was drawn, and how old in seconds an event new to it was then."""

    def draw(self, events: pd.DataFrame, now: datetime) -> None:
        """Note that ``events`` are on the screen ``now``; those of the first time say nothing."""
        new = events[~events["event_id"].isin(self.shown)] if self.shown else events.iloc[:0]
        for age in (pd.Timestamp(now) - new["event_timestamp"]).dt.total_seconds():
            self.ages.append((now, age))
        while self.ages and self.ages[0][0] < now - REMEMBERED:
            self.ages.popleft()
        self.shown = frozenset(events["event_id"])

    def quantile(self, share: float) -> float | None:
        """Of the ages in seconds; None before anything new was shown."""
        if not self.ages:
            return None
        return float(pd.Series([age for _, age in self.ages]).quantile(share))
