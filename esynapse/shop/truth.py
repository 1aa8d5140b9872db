"""What the simulation planted, as tables that stay beside the data and never enter the warehouse.

product_truth  the hidden traits of every product (opening day only): product_id, category,
               opening_price, elasticity (units to price), quality (standard normal), popularity
               (share of views), return_propensity (chance per line)
promotions     promotion_id (rows of one campaign share it), product_id, start_date, end_date (the
               shop's dates, both included), regular_price, sale_price, depth; listed three days
               before they start
price_changes  product_id, change_date, old_price, new_price: permanent, no promotion
stock_outs     product_id, started_at, ended_at: no stock in that part of the UTC day; a window of
               many days is one row a day, and the rows touch
"""

from datetime import date

import numpy as np
import pyarrow as pa

from esynapse.shop.catalog import Catalog
from esynapse.shop.clock import DayClock
from esynapse.shop.columns import Ints
from esynapse.shop.prices import PriceChanges, Promotions

_UNIX = date(1970, 1, 1).toordinal()


def of_day(
    catalog: Catalog,
    clock: DayClock,
    *,
    promotions: Promotions,
    changes: PriceChanges,
    sold_out: Ints,
    opening: bool,
) -> dict[str, pa.Table]:
    """The rows that one day adds.

    Args:
        sold_out: per product, the instant from which it is sold out (see ``inventory.sell``).
    """
    out = np.flatnonzero(sold_out < clock.end)
    started = np.maximum(sold_out[out], clock.start)
    tables = {
        "promotions": pa.table(
            {
                "promotion_id": promotions.number,
                "product_id": catalog.product_id.take(pa.array(promotions.product)),
                "start_date": _dates(promotions.start),
                "end_date": _dates(promotions.end),
                "regular_price": promotions.regular,
                "sale_price": promotions.price,
                "depth": 1 - promotions.price / promotions.regular,
            }
        ),
        "price_changes": pa.table(
            {
                "product_id": catalog.product_id.take(pa.array(changes.product)),
                "change_date": _dates(changes.date),
                "old_price": changes.old,
                "new_price": changes.new,
            }
        ),
        "stock_outs": pa.table(
            {
                "product_id": catalog.product_id.take(pa.array(out)),
                "started_at": _instants(started),
                "ended_at": _instants(np.full(len(out), clock.end)),
            }
        ),
    }
    if opening:
        tables["product_truth"] = catalog.truth()
    return tables


def _dates(ordinals: Ints) -> pa.Array:
    return pa.array((ordinals - _UNIX).astype(np.int32)).cast(pa.date32())


def _instants(times: Ints) -> pa.Array:
    return pa.array(times).cast(pa.timestamp("us", tz="UTC"))
