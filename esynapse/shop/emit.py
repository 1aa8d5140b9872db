"""From numbers to the event contract."""

import numpy as np
import pyarrow as pa

from esynapse.events import EVENT_SCHEMA, EVENT_TYPES
from esynapse.shop.browsing import Views
from esynapse.shop.catalog import Catalog
from esynapse.shop.checkout import NEVER, Lines
from esynapse.shop.clock import DayClock
from esynapse.shop.columns import Ints
from esynapse.shop.demand import Visits
from esynapse.shop.identifiers import event_ids, session_ids, user_ids
from esynapse.shop.prices import PriceBoard
from esynapse.shop.state import EventRows

KIND = {name: np.int8(code) for code, name in enumerate(EVENT_TYPES)}


def priced(rows: EventRows, board: PriceBoard, clock: DayClock) -> EventRows:
    """``rows`` with the price asked at each one's moment."""
    date = clock.date_row(rows.time)
    columns = rows.arrays()
    columns |= {
        "price": board.price[date, rows.product],
        "on_sale": board.on_sale[date, rows.product],
    }
    return EventRows(**columns)


def view_rows(visits: Visits, views: Views) -> EventRows:
    """The view_item events, without prices."""
    return EventRows.make(
        len(views),
        time=views.time,
        kind=KIND["view_item"],
        user=visits.user[views.visit],
        session=visits.session[views.visit],
        product=views.product,
    )


def line_rows(lines: Lines, kind: str, time: Ints, quantity: Ints | None = None) -> EventRows:
    """One event of ``kind`` for each line whose ``time`` comes, without prices."""
    rows = EventRows.make(
        len(lines),
        time=time,
        kind=KIND[kind],
        user=lines.user,
        session=lines.session,
        product=lines.product,
        quantity=0 if quantity is None else quantity,
    )
    return rows.take(time != NEVER)


def to_table(rows: EventRows, catalog: Catalog, *, seed: int, source: str) -> pa.Table:
    """``rows`` (all events of one UTC day, by time) in EVENT_SCHEMA."""
    kinds = pa.array(EVENT_TYPES).take(pa.array(rows.kind))
    stamps = pa.array(rows.time).cast(pa.timestamp("us", tz="UTC"))
    columns = [
        event_ids(rows.time, seed),
        stamps,
        kinds,
        user_ids(rows.user),
        session_ids(rows.session, seed),
        catalog.product_id.take(pa.array(rows.product)),
        pa.array(rows.on_sale),
        pa.array(rows.price),
        pa.array(rows.quantity, mask=rows.quantity == 0),
        pa.array(rows.rating, mask=rows.rating == 0),
        pa.repeat(source, len(rows)),
    ]
    return pa.Table.from_arrays(columns, schema=EVENT_SCHEMA)
