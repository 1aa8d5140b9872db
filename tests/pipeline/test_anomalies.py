"""What was planted in a shop is found, and little else; each anomaly is told once."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from esynapse.home import open_home
from esynapse.pipeline.anomalies import anomalies_since, described, newest_judged
from esynapse.pipeline.retrain import retrain
from esynapse.pipeline.transform import transform
from esynapse.settings import load_settings
from esynapse.shop import load_profile, open_shop, products_table, simulate_day
from esynapse.warehouse.local import LocalWarehouse

pytestmark = pytest.mark.slow

OPENING = date(2026, 3, 2)
DAYS = 77
CHANGE = OPENING + timedelta(days=63)
"""From this day on two sales of three are gone: a Monday, two weeks before the end."""
ADAPTING = 7
"""Days after a change until forecasts of the new regime judge: past cutoffs lie a week apart."""
OUTAGE = datetime(2026, 4, 30, 18, tzinfo=UTC)
"""An hour without a sale, some days before."""
SALES = pa.array(["purchase", "refund"])


def _planted(day: date, events: pa.Table) -> pa.Table:
    """The sales of a day, with what is planted taken out of them; no series counts views."""
    sales = events.filter(pc.is_in(events["event_type"], SALES))
    at = sales["event_timestamp"].to_numpy().astype("datetime64[us]")
    outage = np.datetime64(OUTAGE.replace(tzinfo=None), "us")
    gone = (at >= outage) & (at < outage + np.timedelta64(1, "h"))
    if day >= CHANGE:
        sessions = sales["session_id"].fill_null("").to_pylist()
        gone |= np.array([sum(name.encode()) % 3 > 0 for name in sessions])
    return sales.filter(pa.array(~gone))


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> LocalWarehouse:
    """Eleven weeks of a shop with a change of regime and an outage, forecast at their end."""
    settings = load_settings(home=tmp_path_factory.mktemp("anomalies") / "home")
    made = LocalWarehouse(open_home(settings.home))
    state = open_shop(load_profile("typical"), seed=5, scale=0.3, opening_day=OPENING)
    made.load_products(products_table(state))
    for _ in range(DAYS):
        day = state.next_day
        events, state, _truth = simulate_day(state, day)
        made.load_events(_planted(day, events), batch_key=day.isoformat())
    transform(settings)
    retrain(settings, workers=2)
    transform(settings, forecasts_only=True)
    return made


def _flagged(warehouse: LocalWarehouse, where: str) -> list[dict[str, object]]:
    return warehouse.query(
        "select measure, series_id, series_date, time_series_timestamp, is_anomaly, judged_by"
        f" from sales_anomalies where {where}"
    ).to_pylist()


@pytest.mark.parametrize("measure", ["net_revenue", "orders"])
def test_a_change_of_regime_is_flagged_on_its_first_day(
    warehouse: LocalWarehouse, measure: str
) -> None:
    (day,) = _flagged(
        warehouse,
        "granularity = 'daily' and series_id = 'total'"
        f" and measure = '{measure}' and series_date = date '{CHANGE}'",
    )
    assert day["is_anomaly"]
    assert day["judged_by"] == "forecast"


def test_an_hour_of_outage_is_flagged(warehouse: LocalWarehouse) -> None:
    (hour,) = _flagged(
        warehouse,
        "granularity = 'hourly' and measure = 'orders'"
        f" and time_series_timestamp = timestamp '{OUTAGE:%Y-%m-%d %H:%M:%S}+00'",
    )
    assert hour["is_anomaly"]


@pytest.mark.parametrize("granularity", ["daily", "hourly"])
def test_of_the_other_days_and_hours_no_more_than_three_in_a_hundred_are_flagged(
    warehouse: LocalWarehouse, granularity: str
) -> None:
    rows = [
        row["is_anomaly"]
        for row in _flagged(warehouse, f"granularity = '{granularity}'")
        if not CHANGE <= row["series_date"] < CHANGE + timedelta(days=ADAPTING)  # type: ignore[operator]
        and row["time_series_timestamp"] != OUTAGE
    ]
    assert len(rows) > 1000
    assert sum(map(bool, rows)) / len(rows) <= 0.03


def test_an_anomaly_is_told_once_and_in_words(warehouse: LocalWarehouse) -> None:
    long_ago = dict.fromkeys(("daily", "hourly"), datetime(2026, 1, 1, tzinfo=UTC))
    lines = [described(row) for row in anomalies_since(warehouse, long_ago).to_pylist()]
    outage = [line for line in lines if line.startswith("2026-04-30 18:00 UTC: orders of total")]
    assert len(outage) == 1
    assert " was 0, expected " in outage[0]
    assert any(line.startswith(f"{CHANGE}: net revenue of total was ") for line in lines)
    assert anomalies_since(warehouse, newest_judged(warehouse)).num_rows == 0
