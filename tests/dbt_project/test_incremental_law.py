"""Incremental builds end in the tables of a full refresh, in whatever order events arrive.

One history in ``make test``; many with ESYNAPSE_LAW_EXAMPLES=25, half a minute each.
"""

import os
import tempfile
from datetime import UTC, datetime, time, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from esynapse.home import open_home
from esynapse.shop import load_profile, open_shop, products_table, simulate_day
from esynapse.warehouse.local import LocalWarehouse
from tests.dbt_project.conftest import FIRST_DAY, ZONE, Marts, build, read_marts

pytestmark = pytest.mark.slow

EXAMPLES = int(os.environ.get("ESYNAPSE_LAW_EXAMPLES", "1"))
LAYERS = ("staging", "intermediate", "marts")
CLOCKWORK = {"marts.pipeline_health", "intermediate.int_build_days"}
"""Tables whose rows depend on when builds ran."""
BATCHES = 3


@cache
def history() -> tuple[pa.Table, pa.Table]:
    """Three days of a small shop: its products, its events."""
    state = open_shop(load_profile("typical"), seed=5, scale=0.01, opening_day=FIRST_DAY)
    products, days = products_table(state), []
    for _ in range(3):
        events, state, _truth = simulate_day(state, state.next_day)
        days.append(events)
    return products, pa.concat_tables(days)


def last_midnight() -> np.datetime64:
    """When the last day of the shop begins, in UTC."""
    day = datetime.combine(FIRST_DAY + timedelta(days=BATCHES - 1), time(), ZoneInfo(ZONE))
    return np.datetime64(day.astimezone(UTC).replace(tzinfo=None))


def arrivals(seed: int, troubled: set[int], late: float, repeated: float) -> list[pa.Table]:
    """The events in batches, a day in each; of the troubled days some come in any batch, some
    twice. Within a batch there is no order at all. A last batch brings more of the last day, which
    is not over.

    The other days are as they should be, so that a build that forgets what crosses midnight is
    not saved by a change on both sides of it.
    """
    rng = np.random.default_rng(seed)
    _, events = history()
    count, midnight = events.num_rows, np.datetime64(FIRST_DAY)
    moments = events["event_timestamp"].to_numpy().astype("datetime64[us]")
    batch = (moments - midnight) // np.timedelta64(1, "D")
    is_troubled = np.isin(batch, list(troubled))
    moved = is_troubled & (rng.random(count) < late)
    batch = np.where(moved, rng.integers(0, BATCHES, count), batch)
    again = np.flatnonzero(is_troubled & (rng.random(count) < repeated))
    rows = np.concatenate([np.arange(count), again])
    batch = np.concatenate([batch, rng.integers(0, BATCHES, len(again))])
    is_held = (moments[rows] >= last_midnight()) & (rng.random(len(rows)) < 0.2)
    batch = np.where(is_held, BATCHES, batch)
    return [events.take(pa.array(rng.permutation(rows[batch == k]))) for k in range(BATCHES + 1)]


def tables(root: Path) -> Marts:
    home = open_home(root)
    return {
        f"{layer}.{name}": rows
        for layer in LAYERS
        for name, rows in read_marts(home, layer).items()
        if f"{layer}.{name}" not in CLOCKWORK
    }


@settings(  # ten seconds an example leave no time to shrink one
    max_examples=EXAMPLES,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],
)
@given(
    seed=st.integers(0, 2**32 - 1),
    troubled=st.sets(st.integers(0, BATCHES - 1), max_size=2),
    late=st.sampled_from([0.3, 0.02, 1.0]),
    repeated=st.sampled_from([0.1, 0.0, 0.5]),
)
def test_incremental_builds_end_in_the_tables_of_a_full_refresh(
    seed: int, troubled: set[int], late: float, repeated: float
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "home"
        warehouse = LocalWarehouse(open_home(root))
        warehouse.load_products(history()[0])
        watermark = 0
        for number, batch in enumerate(arrivals(seed, troubled, late, repeated)):
            warehouse.load_events(batch, batch_key=f"batch {number}")
            changed = warehouse.lake.changed_dates("live_events", after=watermark)
            watermark = warehouse.lake.watermark("live_events")
            chosen = ("--exclude", "tag:whole_days") if number == BATCHES else ()
            build(
                *(open_home(root), "--exclude-resource-type", "unit_test", *chosen),
                changed_dates=changed,
            )
        incremental = tables(root)
        build(open_home(root), "--exclude-resource-type", "unit_test", "--full-refresh")
        refreshed = tables(root)

    assert incremental.keys() == refreshed.keys()
    assert refreshed["marts.daily_revenue"]["orders"].sum() > 0
    for name, rows in refreshed.items():
        assert_frame_equal(incremental[name], rows, rtol=1e-9, obj=name)
