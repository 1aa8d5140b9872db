"""Small shops of every sort, simulated once and asked many questions."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, cached_property
from typing import Any

import duckdb
import pyarrow as pa
from hypothesis import strategies as st

from esynapse.shop import ShopState, load_profile, open_shop, products_table, simulate_slices
from esynapse.shop.profile import Profile

ZONES = (
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Kiritimati",
)
DAYS = 3
HISTORIES = 60
"""So many hold everything that the laws are about: test_shop_laws counts it."""
CUTS = (1, 2, 3, 4, 6, 8, 12, 24)


@cache
def busy() -> Profile:
    """A shop in which within days happens what takes others months."""
    plain = load_profile("typical")

    def with_figures(section: Any, **figures: Any) -> Any:
        return section.model_copy(update=figures)

    return plain.model_copy(
        update={
            "name": "busy",
            "browsing": with_figures(
                plain.browsing, views=((0.0, 1.0), (0.3, 2.0), (0.9, 20.0), (1.0, 120.0))
            ),
            "funnel": with_figures(
                plain.funnel,
                cart_per_view=0.15,
                buys_without_cart=0.3,
                buy_now_per_view=0.1,
                leaves_after_paying=0.5,
                add_again=0.3,
                remove_from_cart=0.2,
                buy_per_cart=0.6,
                pay_at_once=0.3,
                buys_next_line_too=0.6,
                cart_return=0.8,
                cart_return_hours_median=5.0,
                substitute=0.9,
            ),
            "people": with_figures(plain.people, customer_leaves_after_order=0.0),
            "aftersale": with_figures(
                plain.aftersale,
                refund_days_median=0.5,
                review_days_median=0.5,
                review_rate=0.5,
                partial_refund=0.6,
            ),
            "stock": with_figures(plain.stock, cover_days=1.0, safety=0.0, lead_days=(0, 1)),
            "promotions": with_figures(
                plain.promotions,
                products_per_day=40.0,
                category_chance=0.5,
                flash_chance=0.7,
                flash_share=0.5,
                days=(1, 4),
                rest_days=2,
                price_changes_per_day=60.0,
            ),
            "shocks": with_figures(
                plain.shocks,
                viral_per_year=2000.0,
                bad_batches_per_year=2000.0,
                outages_per_year=150.0,
            ),
            "catalog": with_figures(plain.catalog, launches_per_year=20.0),
        }
    )


@dataclass(repr=False, eq=False)
class History:
    """A few days of one shop."""

    opening: ShopState
    states: list[ShopState]
    """At the start of each day, and after the last one."""
    days: list[pa.Table]
    truth: dict[str, pa.Table]

    def count(self, query: str) -> int:
        """The number of rows of a query over events, products and the truth's tables."""
        ((found,),) = self.sql().execute(f"select count(*) from ({query})").fetchall()
        return int(found)

    def sql(self) -> duckdb.DuckDBPyConnection:
        """The one connection, over the tables of this history."""
        connection, asked = _connection(), _ASKED
        if asked != [self]:
            asked[:] = [self]
            for name, table in self._tables.items():
                connection.register(name, table)
        return connection

    @cached_property
    def _tables(self) -> dict[str, pa.Table]:
        products = products_table(self.states[-1])
        return {"events": pa.concat_tables(self.days), "products": products, **self.truth}


_ASKED: list[History] = []
"""The history that the connection is over."""


@cache
def _connection() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("set TimeZone = 'UTC'")
    connection.execute("set threads = 1")
    return connection


def simulate(opening: ShopState, days: int, cuts: int | None = None) -> History:
    """``days`` of the shop from ``opening`` on."""
    state, states, tables = opening, [opening], []
    truth: dict[str, list[pa.Table]] = {}
    for _ in range(days):
        parts = list(simulate_slices(state, slices=cuts))
        tables.append(pa.concat_tables([part.events() for part in parts]))
        for name, rows in parts[-1].truth.items():
            truth.setdefault(name, []).append(rows)
        following = parts[-1].state
        assert following is not None
        state = following
        states.append(state)
    planted = {name: pa.concat_tables(parts) for name, parts in truth.items()}
    return History(opening, states, tables, planted)


def sort_of(number: int) -> str:
    """The name of the profile of one of all sorts of shops."""
    return ("typical", "busy", "rees46", "busy")[number % 4]


def opened(number: int) -> ShopState:
    """The opening of one of all sorts of shops."""
    luck, name = random.Random(number), sort_of(number)
    return open_shop(
        busy() if name == "busy" else load_profile(name),
        seed=luck.randrange(2**63),
        scale=luck.choice((0.0005, 0.003, 0.01)),
        opening_day=date(2019, 1, 1) + timedelta(days=luck.randrange(4000)),
        timezone=luck.choice(ZONES),
    )


@cache
def history(number: int) -> History:
    """A few days of one of all sorts of shops."""
    return simulate(opened(number), DAYS)


def all_sorts(wanted: Callable[[str], bool] = lambda _: True) -> st.SearchStrategy[History]:
    """Histories of shops whose profile's name is ``wanted``."""
    numbers = [n for n in range(HISTORIES * 4) if wanted(sort_of(n))][:HISTORIES]
    return st.sampled_from(numbers).map(history)
