"""A home with a little of everything that the marts may meet, small enough for any engine."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from esynapse.home import Home, open_home
from esynapse.shop import load_profile, open_shop, products_table, simulate_day
from esynapse.warehouse.local import LocalWarehouse
from esynapse.warehouse.raw_tables import RAW_TABLES
from tests.dbt_project.conftest import broken_rows, events_table, example

OPENING, DAYS = date(2026, 1, 5), 84
"""Twelve weeks that end three weeks after New York's clocks went forward."""


def everything(folder: Path, *, scale: float) -> Home:
    """The events of those who ever bought something, and what comes late, twice or broken."""
    home = open_home(folder / "home")
    warehouse = LocalWarehouse(home)
    state = open_shop(load_profile("typical"), seed=7, scale=scale, opening_day=OPENING)
    warehouse.load_products(products_table(state))
    days = []
    for _ in range(DAYS):
        events, state, _truth = simulate_day(state, state.next_day)
        days.append(events)
    events = _of_buyers(pa.concat_tables(days))
    for number, rows in enumerate((events, events.slice(50, 20), _by_hand(events))):
        warehouse.load_events(rows, batch_key=f"batch {number}")
    for table, rows_of_table in RAW_ROWS.items():
        rows = pa.Table.from_pylist(rows_of_table, schema=RAW_TABLES[table])
        warehouse.append(table, rows, batch_key=table)
    with closing(warehouse.lake.connect()) as catalog:
        for statement in CATALOG_ROWS:
            catalog.execute(statement)
    return home


def _of_buyers(events: pa.Table) -> pa.Table:
    bought = events.filter(pc.equal(events["event_type"], "purchase"))
    theirs = events.filter(pc.is_in(events["user_id"], value_set=bought["user_id"].unique()))
    # a third of their views tells as much, in less time
    kinds = theirs["event_type"].to_pylist()
    return theirs.filter(pa.array([k != "view_item" or n % 3 == 0 for n, k in enumerate(kinds)]))


def _by_hand(events: pa.Table) -> pa.Table:
    """Refunds of every third purchase, more than was bought, by two at once; and broken rows."""
    sold = [row for row in events.to_pylist() if row["event_type"] == "purchase"][::3]
    refunds = [
        {**row, "event_id": f"refund-{n}", "event_type": "refund", "quantity": 1 + n % 2}
        | {"event_timestamp": row["event_timestamp"] + timedelta(days=2 + n, hours=n)}
        for n, row in enumerate(sold)
        if row["event_timestamp"] + timedelta(days=3 + n) < LAST
    ]
    return events_table([*refunds, *_visits(), *broken_rows()])


def _visits() -> Iterator[dict[str, Any]]:
    """Over midnight, of a product outside the catalogue, without a price cut known, at one time."""
    for n, kind in enumerate(["view_item", "add_to_cart", "begin_checkout", "purchase"]):
        quantity = 2 if n % 2 else None
        yield example(f"visit-{n}", kind, hour=22 + n, session_id="late", quantity=quantity)
        yield example(f"import-{n}", kind, session_id="import", quantity=quantity, on_sale=None)
    yield example("odd", "refund", hour=40, session_id="never bought", quantity=1)


LAST = datetime.combine(OPENING + timedelta(days=DAYS), datetime.min.time(), UTC)
RUN = LAST - timedelta(days=7)


def _forecasts(measure: str, series: str, step: timedelta, steps: int) -> list[dict[str, Any]]:
    """Of a backtest, and of the run 12 days later; the first week of that is over."""
    return [
        {
            "measure": measure,
            "series_id": series,
            "run_at": cutoff + (timedelta(0) if is_backtest else timedelta(hours=6)),
            "cutoff": cutoff,
            "is_backtest": is_backtest,
            "model": "AutoETS",
            "forecast_timestamp": cutoff + number * step,
            "forecast_value": 1000.0 + number,
            "standard_error": (None, 0.0, 100.0, 400.0, 2000.0)[number % 5],
            "confidence_level": 0.8,
            "prediction_interval_lower_bound": 872.0 + number if number % 2 else 0.0,
            "prediction_interval_upper_bound": 1128.0 + number,
        }
        for cutoff, is_backtest in ((MIDNIGHT - timedelta(days=12), True), (MIDNIGHT, False))
        for number in range(steps)
    ]


MIDNIGHT = RUN + timedelta(hours=4)
"""New York's."""
SERIES = [
    *(("net_revenue", series) for series in ("total", "category:Electronics", "category:Unknown")),
    ("orders", "total"),
]
SCORES = ("mase", "rmsse", "smape", "bias", "coverage_80", "coverage_95")
HISTORY = [
    {
        "measure": "orders",
        "series_id": series,
        "granularity": "daily",
        "run_at": MIDNIGHT - timedelta(days=shift),
        "time_series_timestamp": MIDNIGHT - timedelta(days=number + shift),
        "time_series_data": 10.0 + number,
    }
    for shift in (0, 1)
    for series in ("total", "category:Toys")
    for number in range(8, 16)
]
"""Of a newest run and of one before it; the backtest forecast some of these days as well."""
PARTS = (
    "trend",
    *(f"seasonal_period_{period}" for period in ("yearly", "weekly", "daily")),
    "holiday_effect",
    "residual",
)

RAW_ROWS: dict[str, list[dict[str, Any]]] = {
    "daily_forecasts": [
        row for each in SERIES for row in _forecasts(*each, timedelta(days=1), steps=14)
    ],
    "hourly_forecasts": _forecasts("orders", "total", timedelta(hours=1), steps=80),
    "forecast_accuracy_runs": [
        {
            "measure": "orders",
            "series_id": series,
            "granularity": "daily",
            "run_at": RUN + shift,
            "model": model,
            "is_served": model == served,
            "cutoffs": 4,
            "steps": 120,
            "interval_scale": 1.25,
            **dict.fromkeys(SCORES, score),
        }
        for shift in (timedelta(0), timedelta(days=1))
        for series, served, score in (
            ("total", "AutoETS", 0.75),
            ("category:Toys", "SeasonalNaive(7)", None),
        )
        for model in ("AutoETS", "SeasonalNaive(7)")
    ],
    "forecast_components": [
        row | {"time_series_type": "history"} | dict.fromkeys(PARTS, row["time_series_data"] / 6)
        for row in HISTORY
    ],
    "history_anomalies": [
        row
        | {"lower_bound": 11.0, "upper_bound": 30.0}
        | {"is_anomaly": row["time_series_data"] < 11, "anomaly_probability": 0.5}
        for row in HISTORY
    ],
    "dead_letter_events": [
        {
            "subscription_name": "projects/p/subscriptions/s" if number else "import",
            "message_id": str(number),
            "publish_time": RUN + timedelta(hours=5 * number),
            "data": b"{}",
            "attributes": '{"reason": "no JSON"}' if number else None,
        }
        for number in range(4)
    ],
}
_MICROS = int(RUN.timestamp()) * 10**6
CATALOG_ROWS = [
    "insert into builds (build_id, started_at, finished_at, status, watermark, models,"
    " models_failed, tests_passed, tests_warned, tests_failed, nodes_skipped, published_at, as_of)"
    f" values ('green', {_MICROS}, {_MICROS + 60_000_000}, 'green', 1, 40, 0, 100, 1, 0, 0,"
    f" {_MICROS + 61_000_000}, {_MICROS - 5_000_000}),"
    f" ('red', {_MICROS + 3_600_000_000}, {_MICROS + 3_660_000_000}, 'red', 1, 40, 1, 99, 0, 1, 2,"
    f" null, null), ('cut', {_MICROS + 7_200_000_000}, null, 'running', 1, null, null, null,"
    " null, null, null, null, null)",
    "insert into build_results values ('green', 'test', 'loose', 'warned', 3, 'three'),"
    " ('red', 'test', 'strict', 'failed', 1, null),"
    " ('red', 'model', 'daily', 'failed', null, 'no')",
    f"insert into arrival_ages values ('{RUN.date()}', 'under_1_minute', 40),"
    f" ('{RUN.date()}', 'under_1_day', 2)",
]
