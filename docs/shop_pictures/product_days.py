"""Every product on every day of a run: what it sold, and what the truth says of the day."""

from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
import pandas as pd

from esynapse.shop.columns import Bools, Floats, Ints
from shop_pictures.shops import Shop

Shape = tuple[int, int]

_RECENT = 21
"""Days after a promotion that are not ordinary ones."""
_NEW = 40
"""Days after a launch that are not ordinary ones."""
_FOREVER = 10**6


@dataclass(frozen=True)
class ProductDays:
    """Arrays have the shape (products, days)."""

    products: pd.DataFrame
    """As in the truth."""
    promotions: pd.DataFrame
    """Those of whole days, as in the truth, with place (of the product), first and last (days of
    the run, which may lie outside it), category, elasticity, log_ratio (of the prices) and effect
    (on the logarithm of the units)."""
    count: Floats
    """Units sold, or events of another type."""
    in_stock: Floats
    """Share of a usual day's events that come before the product is sold out."""
    running: Ints
    """Promotions of whole days."""
    ordinary: Bools
    """No promotion now or in the weeks before, no viral fame, not new."""
    era: Ints
    """A product's days of one era have the same regular price."""

    @cached_property
    def demand(self) -> Floats:
        """How each day was for all the shop, 1 on average: by the ordinary product-days in stock,
        each product against its own mean."""
        chance, count = self.in_stock * self.ordinary, self.count * self.ordinary
        usual = count.sum(axis=1) / np.maximum(chance.sum(axis=1), 1)
        demand: Floats = count.sum(axis=0) / np.maximum(usual @ chance, 1e-9)
        return demand

    def usual(self, place: int, days: Bools) -> Floats:
        """What a product would have had on each day of the run, were it as on ``days`` of it."""
        chance = self.in_stock[place] * self.demand
        usual: Floats = self.count[place, days].sum() / max(chance[days].sum(), 1e-9) * chance
        return usual


@cache
def product_days(shop: Shop, event_type: str) -> ProductDays:
    """Of the events of one type, which must be one that needs stock; purchases count by units."""
    products = shop.rows("from product_truth order by product_id")
    place = pd.Series(range(len(products)), index=products["product_id"])
    shape = len(products), round(shop.run.days)

    def spans(query: str) -> pd.DataFrame:
        rows = shop.rows(
            f"""
            select *, date_diff('day', $begin::date, start_date) as first,
                date_diff('day', $begin::date, end_date) as last
            from ({query}) order by first, product_id
            """,
            begin=shop.run.begin,
        )
        return rows.assign(place=place[rows["product_id"]].to_numpy())

    promotions = spans("from promotions where to_hour - from_hour = 24")
    promotions = promotions.merge(products[["product_id", "category", "elasticity"]])
    promotions["log_ratio"] = np.log(promotions["sale_price"] / promotions["regular_price"])
    promotions["effect"] = promotions["elasticity"] * promotions["log_ratio"]
    flash = spans("from promotions where to_hour - from_hour < 24")
    viral = spans("from shocks where kind = 'viral'")
    new = spans("select *, launch_date as start_date, launch_date as end_date from product_truth")
    changes = spans(
        "select *, change_date as start_date, change_date as end_date from price_changes"
    )
    apart = _marked(shape, promotions, last=_RECENT) + _marked(shape, flash) + _marked(shape, viral)
    return ProductDays(
        products=products,
        promotions=promotions,
        count=_counted(shop, place, shape, event_type),
        in_stock=_in_stock(shop, place, shape, event_type),
        running=_marked(shape, promotions),
        ordinary=apart + _marked(shape, new, first=-_FOREVER, last=_NEW) == 0,
        era=_marked(shape, changes, last=_FOREVER),
    )


def _marked(shape: Shape, spans: pd.DataFrame, *, first: int = 0, last: int = 0) -> Ints:
    """How many spans hold each product and day, with their ends moved by so many days."""
    marks = np.zeros(shape, dtype=np.int64)
    for place, begin, end in spans[["place", "first", "last"]].itertuples(index=False):
        marks[place, max(begin + first, 0) : max(end + last + 1, 0)] += 1
    return marks


def _counted(shop: Shop, place: pd.Series, shape: Shape, event_type: str) -> Floats:
    rows = shop.rows(
        f"""
        select product_id, date_diff('day', $begin::date, event_timestamp::date) as day,
            {"sum(quantity)" if event_type == "purchase" else "count(*)"} as n
        from live_events where event_type = '{event_type}' group by all
        """,
        begin=shop.run.begin,
    )
    count = np.zeros(shape)
    count[place[rows["product_id"]], rows["day"]] = rows["n"]
    return count


def _in_stock(shop: Shop, place: pd.Series, shape: Shape, event_type: str) -> Floats:
    by_hour = shop.rows(f"""
        select count(*) filter (event_type = '{event_type}') as n
        from (select event_type, hour(event_timestamp) as hour from live_events)
        group by hour order by hour
    """)["n"]
    passed = np.concatenate([[0.0], by_hour.cumsum() / by_hour.sum()])
    rows = shop.rows(
        """
        select product_id, date_diff('day', $begin::date, started_at::date) as day,
            epoch(started_at) % 86400 / 3600 as hour
        from stock_outs
        """,
        begin=shop.run.begin,
    )
    in_stock = np.ones(shape)
    before = np.interp(rows["hour"], np.arange(25), passed)
    in_stock[place[rows["product_id"]], rows["day"]] = before
    return in_stock
