"""Events of the shop of tests.dbt_project.everything that an incremental run has to get right."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from tests.dbt_project.conftest import events_table, example
from tests.dbt_project.everything import LAST

DROP_DATE = datetime(2026, 1, 2, 17, tzinfo=UTC)
"""When a price first falls, as far as is known at first: noon in New York. That day and the next
    have no other event, nor has the day of the night owl."""
MIDNIGHT = datetime(2025, 12, 28, tzinfo=UTC)
"""In UTC. At first a session begins after it."""


def _view(event_id: str, at: datetime, **values: Any) -> dict[str, Any]:
    return {**example(event_id, "view_item", **values), "event_timestamp": at}


def at_first() -> pa.Table:
    dear, cheap = DROP_DATE - timedelta(days=3), DROP_DATE
    return events_table(
        [
            _view("dear", dear, product_id="cut", sale_price=10.0),
            _view("cheap", cheap, product_id="cut", sale_price=8.0),
            _view("after", MIDNIGHT + timedelta(minutes=5), session_id="night owl"),
        ]
    )


def later(sold: list[dict[str, Any]]) -> pa.Table:
    """A price that had fallen before, so that the day of the drop loses its only one; the beginning
    of a session on the day before, which takes the session with it; a purchase and refunds on old
    days, an event of a day that has just begun, and one sent again.

    Args:
        sold: some purchases of the shop.
    """
    refunds = [
        {**row, "event_id": f"late refund-{n}", "event_type": "refund", "quantity": 1}
        | {"event_timestamp": row["event_timestamp"] + timedelta(days=1)}
        for n, row in enumerate(sold[:3])
    ]
    return events_table(
        [
            _view("cheaper", DROP_DATE - timedelta(days=1), product_id="cut", sale_price=8.0),
            _view("before", MIDNIGHT - timedelta(minutes=5), session_id="night owl"),
            example("late purchase", "purchase", hour=30, quantity=1),
            *refunds,
            {**sold[3], "event_id": "today", "event_timestamp": LAST + timedelta(hours=8)},
            sold[4],
        ]
    )


def dearer(products: pa.Table) -> pa.Table:
    """The catalogue after prices were put up."""
    place = products.schema.get_field_index("regular_price")
    raised = pc.add(products["regular_price"], 1.0)
    return products.set_column(place, products.schema.field(place), raised)
