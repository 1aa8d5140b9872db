"""The marts' figures computed again from raw events, without SQL and without haste.

Plain loops over dicts, amounts in whole cents, one rule after the other as DESIGN and the `.yml`
files state them: what is slow here is easy to read.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from zoneinfo import ZoneInfo

Event = dict[str, Any]


def cents(event: Event) -> int:
    """The amount of a line: price × quantity, half a cent rounded up."""
    amount = Decimal(repr(event["sale_price"])) * int(event["quantity"]) * 100
    return int(amount.quantize(Decimal(1), ROUND_HALF_UP))


def deduplicated(events: Iterable[Event]) -> list[Event]:
    """The earliest event of each id, in the order of time."""
    first: dict[str, Event] = {}
    for event in sorted(events, key=lambda e: e["event_timestamp"]):
        first.setdefault(event["event_id"], event)
    return list(first.values())


@dataclass
class Session:
    """What happened in a session, by product."""

    began: datetime
    viewed: set[str] = field(default_factory=set)
    carted: set[str] = field(default_factory=set)
    bought: set[str] = field(default_factory=set)
    on_sale: set[str] = field(default_factory=set)


class ByHand:
    """A shop's figures.

    Args:
        events: raw events; broken ones are not among them.
        categories: category by product.
        zone: the shop's.
    """

    def __init__(self, events: Iterable[Event], categories: dict[str, str], zone: str) -> None:
        self.events = deduplicated(events)
        self.categories = categories
        self.zone = ZoneInfo(zone)

    def day(self, moment: datetime) -> date:
        return moment.astimezone(self.zone).date()

    def hour(self, moment: datetime) -> datetime:
        local = moment.astimezone(self.zone).replace(minute=0, second=0, microsecond=0)
        return local.astimezone(UTC)

    def revenue(self, kind: str) -> Counter[tuple[date, str]]:
        """Cents of a kind of event (purchase, refund) by day and category."""
        found: Counter[tuple[date, str]] = Counter()
        for event in self.events:
            if event["event_type"] == kind:
                key = (self.day(event["event_timestamp"]), self.categories[event["product_id"]])
                found[key] += cents(event)
        return found

    def revenue_by_hour(self, kind: str) -> Counter[datetime]:
        found: Counter[datetime] = Counter()
        for event in self.events:
            if event["event_type"] == kind:
                found[self.hour(event["event_timestamp"])] += cents(event)
        return found

    def orders(self) -> Counter[date]:
        """Sessions with a purchase, on the day of the first."""
        first: dict[str, datetime] = {}
        for event in self.events:
            if event["event_type"] == "purchase":
                first.setdefault(event["session_id"], event["event_timestamp"])
        return Counter(map(self.day, first.values()))

    def customers(self) -> dict[str, tuple[int, int]]:
        """(orders, net cents) of everybody who bought."""
        orders: dict[str, set[str]] = defaultdict(set)
        net: Counter[str] = Counter()
        for event in self.events:
            if event["event_type"] == "purchase":
                orders[event["user_id"]].add(event["session_id"])
                net[event["user_id"]] += cents(event)
            if event["event_type"] == "refund":
                net[event["user_id"]] -= cents(event)
        return {user: (len(sessions), net[user]) for user, sessions in orders.items()}

    def sessions(self) -> dict[str, Session]:
        """Refunds and reviews come later and are not part of the visit."""
        found: dict[str, Session] = {}
        lists = {"view_item": "viewed", "add_to_cart": "carted", "purchase": "bought"}
        for event in self.events:
            product = event["product_id"]
            if event["event_type"] in ("refund", "review") or product is None:
                continue
            session = found.setdefault(event["session_id"], Session(event["event_timestamp"]))
            if event["on_sale"]:
                session.on_sale.add(product)
            if event["event_type"] in lists:
                getattr(session, lists[event["event_type"]]).add(product)
        return found

    def funnel(self) -> dict[tuple[date, str, str], tuple[int, int, int]]:
        """Sessions that viewed, viewed and carted, viewed and bought what they carted: by day,
        category and discount state, ``All`` among both."""
        counts: dict[tuple[date, str, str], list[int]] = defaultdict(lambda: [0, 0, 0])
        for session in self.sessions().values():
            for category, state, products in self._slices(session):
                viewed = bool(session.viewed & products)
                carted = viewed and bool(session.carted & products)
                bought = viewed and bool(session.carted & session.bought & products)
                found = counts[self.day(session.began), category, state]
                for step, reached in enumerate((viewed, carted, bought)):
                    found[step] += reached
        return {key: (a, b, c) for key, (a, b, c) in counts.items()}

    def _slices(self, session: Session) -> Iterable[tuple[str, str, set[str]]]:
        everything = session.viewed | session.carted | session.bought | session.on_sale
        states = {
            "All": everything,
            "On sale": everything & session.on_sale,
            "Regular price": everything - session.on_sale,
        }
        for state, products in states.items():
            by_category: dict[str, set[str]] = defaultdict(set)
            for product in products:
                by_category[self.categories[product]].add(product)
            if products:
                yield "All", state, products
            for category, its in by_category.items():
                yield category, state, its
