"""How long the dashboard's mart queries take, over all of history."""

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dashboard import queries
from esynapse.warehouse import Warehouse

RUNS = 5


@dataclass(frozen=True)
class QueryTime:
    """The best of five runs."""

    name: str
    rows: int
    milliseconds: float


def time_queries(warehouse: Warehouse) -> list[QueryTime]:
    """Time every query of the dashboard that reads marts, with the widest of its parameters."""
    known = widest(warehouse)
    marts = [name for name in queries.__all__ if name != "LIVE_EVENTS"]
    return [_timed(warehouse, name, getattr(queries, name), known) for name in marts]


def widest(warehouse: Warehouse) -> Mapping[str, Any]:
    """All days, all categories; the product and the category that sold most, the newest run."""

    def ask(sql: str) -> Any:
        rows = warehouse.query(sql).to_pylist()
        return next(iter(rows[0].values())) if rows else None

    start = ask("select min(revenue_date) from daily_revenue")
    end = ask("select max(revenue_date) from daily_revenue")
    return {
        "categories": "",
        "discount": "All",
        "start": start,
        "previous_start": start,
        "end": end,
        "day": end,
        "metric": "net_revenue",
        "product": ask("select product_id from product_kpis order by net_revenue desc limit 1"),
        "category": ask("select category from product_kpis order by net_revenue desc limit 1"),
        "measure": "net_revenue",
        "series": "total",
        "granularity": "daily",
        "run_at": ask("select max(run_at) from daily_forecast_vs_actual"),
    }


def _timed(warehouse: Warehouse, name: str, sql: str, known: Mapping[str, Any]) -> QueryTime:
    parameters = {word: known[word] for word in set(re.findall(r"\$(\w+)", sql))}
    seconds, rows = [], 0
    for _ in range(RUNS):
        started = time.monotonic()
        rows = warehouse.query(sql, parameters).num_rows
        seconds.append(time.monotonic() - started)
    return QueryTime(name, rows, min(seconds) * 1000)
