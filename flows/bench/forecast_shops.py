"""Simulated shops, whose sales `esynapse bench forecast` forecasts beside the real series."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from esynapse.forecasting import Occasion
from esynapse.pipeline.occasions import campaigns_of, public_holidays
from esynapse.shop import DaySlice, Profile, load_profile, open_shop, products_table
from flows.bench.forecast_data import (
    RAW_SCHEMA,
    STEP_SECONDS,
    Granularity,
    History,
    dense,
)
from flows.bench.trials import slices_of

FIRST_DAY = date(2025, 1, 1)

SALES = """
with sales as (
    select
        epoch(event_timestamp)::bigint // $seconds as step, category,
        if(event_type = 'refund', -1, 1) * sale_price * quantity as amount,
        if(event_type = 'purchase', session_id, null) as order_id
    from events join products using (product_id)
),
series as (
    select 'total' as series_id, '' as of_what, * from sales
    union all
    select 'category:' || category, ', ' || category, * from sales where $categories
)
select
    'net_revenue' as measure, series_id, 'net revenue' || of_what as label, step,
    sum(amount) as value
from series group by all
union all
select 'orders', series_id, 'orders' || of_what, step, count(distinct order_id)
from series group by all
"""
"""Net revenue and orders as the marts define them: refunds at refund time, orders by session."""


def shop_histories(
    seed: int, *, days: int, scale: float, categories: bool = False
) -> tuple[History, History]:
    """Sales of a typical shop by day, of its categories too if wanted, and by hour."""
    profile = load_profile("typical")
    occasions = tuple(_occasions(profile, days))
    events, products = _simulate(profile, seed, days, scale)
    name = f"simulated shop {seed}"
    with duckdb.connect() as connection:
        connection.execute("set enable_progress_bar = false")
        connection.register("events", events)
        connection.register("products", products)

        def history(granularity: Granularity, with_categories: bool) -> History:
            options = {"seconds": STEP_SECONDS[granularity], "categories": with_categories}
            rows = connection.sql(SALES, params=options).to_arrow_table().cast(RAW_SCHEMA)
            return dense(name, granularity, rows)

        daily = replace(history("daily", categories), occasions=occasions)
        return daily, history("hourly", False)


def _occasions(profile: Profile, days: int) -> Iterator[Occasion]:
    """What the shop's own campaigns and its country's calendar tell beforehand."""
    years = range(FIRST_DAY.year - 1, (FIRST_DAY + timedelta(days)).year + 2)
    yield from campaigns_of(profile, years)
    yield from public_holidays(profile.traffic.country, years)


def _simulate(profile: Profile, seed: int, days: int, scale: float) -> tuple[pa.Table, pa.Table]:
    """Purchases and refunds from FIRST_DAY on, and all products that were ever for sale."""
    state = open_shop(profile, seed=seed, scale=scale, opening_day=FIRST_DAY)
    parts = []
    for part in slices_of(state, days):
        parts.append(_sales(part))
        state = part.state or state
    return pa.concat_tables(parts), products_table(state).select(["product_id", "category"])


def _sales(part: DaySlice) -> pa.Table:
    events = part.events().drop_columns(["event_id", "user_id", "source"])
    return events.filter(
        pc.is_in(events["event_type"].cast(pa.string()), pa.array(["purchase", "refund"]))
    )
