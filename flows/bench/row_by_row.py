"""How most generators of shop events are written: a loop, random, uuid4 and one dict per event.

It is the yardstick of `esynapse bench shop`, written as one would write it with care for speed: the
bound methods outside the loop, popularity by cumulative weights, a day at a time to Parquet. Its
shop is far simpler than ours: sessions with a funnel, prices and promotions, refunds and reviews;
no stock, no customers who come back, no price response, no seasons.
"""

import random
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from pathlib import Path
from typing import Any

import pyarrow as pa

from esynapse.events import EVENT_SCHEMA
from esynapse.files import write_parquet

PRODUCTS, USERS, SESSIONS_PER_DAY = 1_000, 50_000, 20_000
HOURS = [3, 2, 2, 2, 2, 3, 5, 8, 11, 13, 14, 15, 15, 14, 14, 14, 15, 16, 18, 20, 20, 17, 12, 6]
"""Sessions by the hour of the day, any unit."""

Event = dict[str, Any]


def write_row_by_row(folder: Path, *, events: int, seed: int) -> int:
    """Generate and write whole days until there are ``events``; how many there are."""
    rng = random.Random(seed)  # noqa: S311 - no secret
    shop = RowByRowShop(rng)
    day, written = datetime(2025, 1, 1, tzinfo=UTC), 0
    while written < events:
        rows = sorted(shop.day(day), key=lambda event: event["event_timestamp"])
        table = pa.Table.from_pylist(rows, schema=EVENT_SCHEMA)
        write_parquet(folder / f"{day:%F}.parquet", table, durable=False)
        written += len(rows)
        day += timedelta(days=1)
    return written


class RowByRowShop:
    """A shop that makes its events one by one."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.products = [
            (f"p{number:04d}", round(rng.lognormvariate(3.4, 0.8), 2), rng.random() < 0.1)
            for number in range(PRODUCTS)
        ]
        self.popularity = list(accumulate(1 / (rank + 10) for rank in range(PRODUCTS)))
        self.users = [f"u{number:07d}" for number in range(USERS)]
        self.hours = list(accumulate(HOURS))

    def day(self, start: datetime) -> Iterator[Event]:
        """The events of the sessions that begin on the day of ``start``."""
        hours = self.rng.choices(range(24), cum_weights=self.hours, k=SESSIONS_PER_DAY)
        for hour in hours:
            yield from self.session(start + timedelta(hours=hour, seconds=self.rng.random() * 3600))

    def session(self, moment: datetime) -> Iterator[Event]:
        """Views, some of which end in the cart; some carts are bought, and some of that returns."""
        chance, gap = self.rng.random, self.rng.lognormvariate
        user, session = self.rng.choice(self.users), str(uuid.uuid4())
        views = min(int(gap(0.4, 1.3)) + 1, 100)
        cart = []
        for product in self.rng.choices(self.products, cum_weights=self.popularity, k=views):
            yield _event(moment, "view_item", user, session, product)
            moment += timedelta(seconds=gap(3.5, 1.0))
            if chance() < 0.03:
                quantity = 1 if chance() < 0.8 else 2
                cart.append((product, quantity))
                yield _event(moment, "add_to_cart", user, session, product, quantity)
                moment += timedelta(seconds=gap(3.5, 1.0))
        if not cart or chance() > 0.5:
            return
        yield _event(moment, "begin_checkout", user, session, cart[0][0])
        if chance() > 0.6:
            return
        moment += timedelta(seconds=gap(4.5, 0.6))
        for product, quantity in cart:
            yield _event(moment, "purchase", user, session, product, quantity)
            if chance() < 0.1:
                later = moment + timedelta(days=gap(2.2, 0.5))
                yield _event(later, "refund", user, session, product, quantity)
            if chance() < 0.1:
                later = moment + timedelta(days=gap(2.2, 0.5))
                rating = self.rng.choices((1, 2, 3, 4, 5), (10, 5, 8, 17, 60))[0]
                yield _event(later, "review", user, session, product, rating=rating)


def _event(
    moment: datetime,
    kind: str,
    user: str,
    session: str,
    product: tuple[str, float, bool],
    quantity: int | None = None,
    rating: int | None = None,
) -> Event:
    product_id, price, on_sale = product
    return {
        "event_id": str(uuid.uuid4()),
        "event_timestamp": moment,
        "event_type": kind,
        "user_id": user,
        "session_id": session,
        "product_id": product_id,
        "on_sale": on_sale,
        "sale_price": round(price * 0.8, 2) if on_sale else price,
        "quantity": quantity,
        "rating": rating,
        "source": "backfill",
    }
