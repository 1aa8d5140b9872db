"""What the simulation planted, as tables that stay beside the data and never enter the warehouse.

product_truth  the hidden traits of every product, written on the day of its launch (on the opening
               day for those that were there): product_id, category, opening_price, elasticity
               (units to price), quality (standard normal), popularity (weight of views, mean 1),
               return_propensity (chance per line), launch_date
promotions     promotion_id (rows of one promotion share it), kind (product, category, shop, flash),
               product_id, start_date, end_date (the shop's dates, both included), from_hour,
               to_hour (of the shop's day; 0 and 24 but for a flash sale), regular_price,
               sale_price, depth; listed three days before they start. Where promotions overlap the
               lowest price is asked
price_changes  product_id, change_date, old_price, new_price: permanent, no promotion
stock_outs     product_id, started_at, ended_at: no stock in that part of the UTC day; a window of
               many days is one row a day, and the rows touch
shocks         kind (viral, bad_batch, outage), product_id (none of an outage), start_date, end_date
               (the shop's dates, both included), from_hour, hours (of an outage), factor (what
               views, or the chance of a return, are multiplied by at first; 0 in an outage)
"""

from datetime import date

import numpy as np
import pyarrow as pa

from esynapse.shop.catalog import Catalog
from esynapse.shop.clock import DayClock
from esynapse.shop.columns import Ints
from esynapse.shop.prices import PROMOTION_KINDS, PriceChanges, Promotions
from esynapse.shop.shocks import KINDS, OUTAGE, Shocks

_UNIX = date(1970, 1, 1).toordinal()


def of_day(
    catalog: Catalog,
    clock: DayClock,
    *,
    promotions: Promotions,
    changes: PriceChanges,
    sold_out: Ints,
    shocks: Shocks,
    known: int,
) -> dict[str, pa.Table]:
    """The rows that one day adds.

    Args:
        sold_out: per product, the instant from which it is sold out.
        shocks: those that begin on the day; on the opening day also those that still act.
        known: how many products yesterday had.
    """
    tables = {
        "promotions": _promotions(catalog, promotions),
        "price_changes": pa.table(
            {
                "product_id": catalog.product_id.take(pa.array(changes.product)),
                "change_date": dates(changes.date),
                "old_price": changes.old,
                "new_price": changes.new,
            }
        ),
        "stock_outs": _stock_outs(catalog, clock, sold_out),
        "shocks": _shocks(catalog, shocks),
    }
    if known < len(catalog):
        tables["product_truth"] = _products(catalog, known)
    return tables


def dates(ordinals: Ints) -> pa.Array:
    """Proleptic ordinals as dates."""
    return pa.array((ordinals - _UNIX).astype(np.int32)).cast(pa.date32())


def _products(catalog: Catalog, known: int) -> pa.Table:
    return pa.table(
        {
            "product_id": catalog.product_id,
            "category": catalog.category_name,
            "opening_price": catalog.price,
            "elasticity": catalog.elasticity,
            "quality": catalog.quality,
            "popularity": catalog.popularity,
            "return_propensity": catalog.return_propensity,
            "launch_date": dates(catalog.launched),
        }
    ).slice(known)


def _promotions(catalog: Catalog, promotions: Promotions) -> pa.Table:
    return pa.table(
        {
            "promotion_id": promotions.number,
            "kind": pa.array(PROMOTION_KINDS).take(pa.array(promotions.kind)),
            "product_id": catalog.product_id.take(pa.array(promotions.product)),
            "start_date": dates(promotions.start),
            "end_date": dates(promotions.end),
            "from_hour": promotions.from_hour,
            "to_hour": promotions.to_hour,
            "regular_price": promotions.regular,
            "sale_price": promotions.price,
            "depth": 1 - promotions.price / promotions.regular,
        }
    )


def _stock_outs(catalog: Catalog, clock: DayClock, sold_out: Ints) -> pa.Table:
    out = np.flatnonzero(sold_out < clock.end)
    return pa.table(
        {
            "product_id": catalog.product_id.take(pa.array(out)),
            "started_at": _instants(sold_out[out]),
            "ended_at": _instants(np.full(len(out), clock.end)),
        }
    )


def _shocks(catalog: Catalog, shocks: Shocks) -> pa.Table:
    ordinary = shocks.kind != OUTAGE
    return pa.table(
        {
            "kind": pa.array(KINDS).take(pa.array(shocks.kind)),
            "product_id": catalog.product_id.take(pa.array(shocks.product, mask=~ordinary)),
            "start_date": dates(shocks.start),
            "end_date": dates(shocks.start + shocks.days - 1),
            "from_hour": pa.array(shocks.quarter_hour / 4, mask=ordinary),
            "hours": pa.array(shocks.quarter_hours / 4, mask=ordinary),
            "factor": shocks.factor,
        }
    )


def _instants(times: Ints) -> pa.Array:
    return pa.array(times).cast(pa.timestamp("us", tz="UTC"))
