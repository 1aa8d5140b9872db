"""A whole retrain: what is forecast, from what, and what is served."""

import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from esynapse.errors import EsynapseError
from esynapse.forecasting import (
    CONFIDENCE_LEVEL,
    Forecast,
    Occasion,
    forecast_daily,
    forecast_hourly,
)
from esynapse.forecasting.models import WEEK_OF_DAYS, daily_ensemble, seasonal_naive
from esynapse.warehouse.raw_tables import ACCURACY_SCHEMA, FORECAST_SCHEMA

pytestmark = pytest.mark.slow

SCHEMA = pa.schema(
    [
        ("measure", pa.string()),
        ("series_id", pa.string()),
        ("timestamp", pa.timestamp("us", tz="UTC")),
        ("value", "float64"),
    ]
)
START = datetime(2026, 1, 1, tzinfo=UTC)
RUN_AT = datetime(2026, 7, 1, 4, 30, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


def _history(
    step: timedelta = timedelta(days=1), measure: str = "orders", **series: np.ndarray
) -> pa.Table:
    rows = [
        {"measure": measure, "series_id": name, "timestamp": START + k * step, "value": value}
        for name, values in series.items()
        for k, value in enumerate(values)
    ]
    return pa.Table.from_pylist(rows, schema=SCHEMA)


def _orders(stamps: list[datetime], y: np.ndarray) -> pa.Table:
    names = {"measure": ["orders"] * len(stamps), "series_id": ["total"] * len(stamps)}
    return pa.table(names | {"timestamp": stamps, "value": y}, SCHEMA)


def _weekly(days: int, seed: int = 1, noise: float = 0.2) -> np.ndarray:
    rng = np.random.default_rng(seed)
    t = np.arange(days)
    return 1000 * (1 + 0.3 * np.sin(2 * np.pi * t / 7)) * np.exp(rng.normal(0, noise, days))


def _hours(hours: int) -> np.ndarray:
    rng = np.random.default_rng(2)
    t = np.arange(hours)
    return 100 * (1 + 0.8 * np.sin(2 * np.pi * t / 24)) * rng.gamma(10, 0.1, hours)


def _of_run(forecast: Forecast, run_at: datetime) -> pa.Table:
    return forecast.forecasts.filter(pc.equal(forecast.forecasts["run_at"], run_at))


@pytest.fixture(scope="module")
def daily() -> Forecast:
    history = _history(total=_weekly(90, seed=2), **{"category:Tea": _weekly(90, seed=4)})
    return forecast_daily(history, run_at=RUN_AT)


def test_the_tables_have_the_columns_of_the_raw_tables(daily: Forecast) -> None:
    assert daily.forecasts.schema == FORECAST_SCHEMA
    assert daily.accuracy.schema == ACCURACY_SCHEMA
    assert daily.forecasts["forecast_value"].null_count == 0


def test_a_run_forecasts_thirty_days_from_the_end_of_the_history(daily: Forecast) -> None:
    rows = _of_run(daily, RUN_AT).to_pylist()
    end = START + timedelta(days=90)
    for series in ("total", "category:Tea"):
        mine = [r for r in rows if r["series_id"] == series]
        stamps = [r["forecast_timestamp"] for r in mine]
        assert stamps == [end + timedelta(days=k) for k in range(30)]
        assert {r["cutoff"] for r in mine} == {end}


def test_past_forecasts_are_dated_at_their_cutoffs_a_week_apart(daily: Forecast) -> None:
    runs = sorted({(r["run_at"], r["cutoff"]) for r in daily.forecasts.to_pylist()})
    end = START + timedelta(days=90)
    cutoffs = [end - timedelta(weeks=k) for k in (6, 5, 4, 3, 2, 1)]
    assert runs == [(c, c) for c in cutoffs] + [(RUN_AT, end)]
    flags = {(r["run_at"], r["is_backtest"]) for r in daily.forecasts.to_pylist()}
    assert flags == {(c, True) for c in cutoffs} | {(RUN_AT, False)}


def test_intervals_hold_the_value_and_follow_from_the_standard_error(daily: Forecast) -> None:
    for row in daily.forecasts.to_pylist():
        value, upper = row["forecast_value"], row["prediction_interval_upper_bound"]
        assert 0 <= row["prediction_interval_lower_bound"] <= value <= upper
        assert upper - value == pytest.approx(1.2815515655 * row["standard_error"])
        assert row["confidence_level"] == CONFIDENCE_LEVEL


def test_the_same_history_gives_the_same_tables(daily: Forecast) -> None:
    history = _history(total=_weekly(90, seed=2), **{"category:Tea": _weekly(90, seed=4)})
    again = forecast_daily(history, run_at=RUN_AT)
    assert again.forecasts.equals(daily.forecasts)
    assert again.accuracy.equals(daily.accuracy)
    assert again.components.equals(daily.components)
    assert again.anomalies.equals(daily.anomalies)


def test_the_order_of_rows_does_not_matter_within_a_series() -> None:
    history = _history(total=_weekly(30))
    shuffled = history.take(np.random.default_rng(0).permutation(30))
    one, other = (forecast_daily(h, run_at=RUN_AT, past_cutoffs=0) for h in (history, shuffled))
    assert one.forecasts.equals(other.forecasts)


@pytest.mark.parametrize("days_ago", [42, 21, 7])
def test_past_forecasts_never_see_the_future(daily: Forecast, days_ago: int) -> None:
    poisoned = _weekly(90, seed=2)
    poisoned[90 - days_ago :] = np.random.default_rng(9).uniform(0, 1e6, days_ago)
    history = _history(total=poisoned)
    cutoff = START + timedelta(days=90 - days_ago)
    ours = forecast_daily(history, run_at=RUN_AT).forecasts
    past = pc.and_(
        pc.less_equal(daily.forecasts["run_at"], cutoff),
        pc.equal(daily.forecasts["series_id"], "total"),
    )
    known = daily.forecasts.filter(past)
    assert known.num_rows == 30 * (7 - days_ago // 7)
    assert ours.filter(pc.less_equal(ours["run_at"], cutoff)).equals(known)


def test_what_a_campaign_does_is_not_learnt_from_the_future() -> None:
    y = _weekly(200, noise=0.05)
    y[60:63] *= 2
    poisoned = y.copy()
    poisoned[193:] = 1e6
    days = [START.date() + timedelta(days=k) for k in (60, 195)]
    sale = [Occasion("Sale", day, day + timedelta(days=2)) for day in days]
    one, other = (
        forecast_daily(
            _history(total=v), run_at=RUN_AT, past_cutoffs=1, occasions=sale
        ).forecasts.filter(pc.field("is_backtest"))
        for v in (y, poisoned)
    )
    assert one.num_rows == 30
    assert one["model"][0].as_py().endswith(" with occasions")
    assert one.equals(other)


def test_past_hours_never_see_the_future() -> None:
    y = _hours(24 * 30)
    poisoned = y.copy()
    poisoned[-24:] = 1e6
    step = timedelta(hours=1)
    one, other = (
        forecast_hourly(_history(step, total=v), run_at=RUN_AT, past_cutoffs=2).forecasts
        for v in (y, poisoned)
    )
    past = one.filter(pc.less(one["run_at"], RUN_AT))
    assert past.num_rows == 2 * 168
    assert other.filter(pc.less(other["run_at"], RUN_AT)).equals(past)


def test_accuracy_agrees_with_a_direct_recomputation_of_the_seasonal_naive(
    daily: Forecast,
) -> None:
    y = _weekly(90, seed=2)
    misses, squares, inside = [], [], []
    for end in (48, 55, 62, 69, 76, 83):
        seen = min(90 - end, 30)
        actual, naive = y[end : end + seen], np.tile(y[end - 7 : end], 5)[:seen]
        changes = y[7:end] - y[: end - 7]
        misses += list(np.abs(naive - actual) / np.abs(changes).mean())
        squares += list((naive - actual) ** 2 / (changes**2).mean())
        errors = np.sqrt((changes**2).mean() * (1 + np.arange(seen) // 7))
        inside += list(np.abs(naive - actual) <= 1.959963985 * errors)
    row = _candidates(daily, "total")["SeasonalNaive(7)"]
    assert (row["granularity"], row["cutoffs"], row["steps"]) == ("daily", 6, 130)
    assert row["mase"] == pytest.approx(np.mean(misses))
    assert row["rmsse"] == pytest.approx(np.sqrt(np.mean(squares)))
    assert row["coverage_95"] == pytest.approx(np.mean(inside))


def _candidates(forecast: Forecast, series: str) -> dict[str, dict[str, object]]:
    """The rows of accuracy of a series, by model; the ensemble as 'mean'."""
    rows = [row for row in forecast.accuracy.to_pylist() if row["series_id"] == series]
    return {row["model"].partition("(log")[0]: row for row in rows}


def test_of_the_candidates_the_one_that_erred_less_is_served(daily: Forecast) -> None:
    for series in ("total", "category:Tea"):
        rows = _candidates(daily, series)
        assert rows.keys() == {"mean", "SeasonalNaive(7)"}
        served = {name for name, row in rows.items() if row["is_served"]}
        assert served == {min(rows, key=lambda name: rows[name]["mase"])}
    assert _candidates(daily, "total")["mean"]["is_served"]


def test_a_series_on_which_the_model_loses_is_served_by_the_seasonal_naive_and_named() -> None:
    # The same week again and again, but for the first fortnight: nothing can beat last week.
    y = _stubborn()
    result = forecast_daily(_history(total=y), run_at=RUN_AT)
    rows = _candidates(result, "total")
    assert rows["mean"]["mase"] > rows["SeasonalNaive(7)"]["mase"]
    served = _of_run(result, RUN_AT)
    assert set(served["model"].to_pylist()) == {"SeasonalNaive(7)"}
    naive = seasonal_naive(y, 30, WEEK_OF_DAYS)
    assert served["forecast_value"].to_pylist() == naive.values.tolist()
    assert result.notes == (
        "daily: the seasonal naive is served where it did better: orders of total",
    )


def _stubborn() -> np.ndarray:
    y = np.tile([10.0, 500, 20, 900, 5, 60, 300], 9)
    y[:14] = np.random.default_rng(3).uniform(0, 1000, 14)
    return y


def test_an_interval_that_was_too_wide_is_narrowed_by_what_the_table_says(
    daily: Forecast,
) -> None:
    rows = [row for row in daily.accuracy.to_pylist() if row["is_served"]]
    scaled = [row for row in rows if abs(row["coverage_80"] - 0.8) > 0.05]
    assert scaled
    for row in scaled:
        assert (row["interval_scale"] < 1) == (row["coverage_80"] > 0.8)
    for row in rows:
        if row not in scaled:
            assert row["interval_scale"] == 1


def test_net_revenue_of_categories_adds_up_to_the_total_at_every_cutoff() -> None:
    parts = {f"category:{n}": _weekly(40, seed=n) for n in range(3)}
    total = sum(parts.values()) + 0.0
    net = _history(measure="net_revenue", total=total, **parts)
    orders = _history(measure="orders", total=total, **parts)
    found = forecast_daily(pa.concat_tables([net, orders]), run_at=RUN_AT, past_cutoffs=2)
    gaps: dict[str, float] = {"net_revenue": 0.0, "orders": 0.0}
    sums: dict[tuple[object, ...], float] = {}
    for row in found.forecasts.to_pylist():
        key = (row["measure"], row["run_at"], row["forecast_timestamp"])
        sign = 1 if row["series_id"] == "total" else -1
        sums[key] = sums.get(key, 0.0) + sign * row["forecast_value"]
    for (measure, *_), gap in sums.items():
        gaps[str(measure)] = max(gaps[str(measure)], abs(gap))
    assert gaps["net_revenue"] < 1e-6
    assert gaps["orders"] > 1  # an order of two categories counts in both


def test_the_parts_of_a_forecast_add_up_to_what_is_served(daily: Forecast) -> None:
    served = {
        (r["series_id"], r["forecast_timestamp"]): r["forecast_value"]
        for r in _of_run(daily, RUN_AT).to_pylist()
    }
    ahead = daily.components.filter(pc.equal(daily.components["time_series_type"], "forecast"))
    assert ahead.num_rows == len(served)
    for row in ahead.to_pylist():
        parts = row["trend"] + row["seasonal_period_weekly"] + row["holiday_effect"]
        value = served[row["series_id"], row["time_series_timestamp"]]
        assert row["time_series_data"] == pytest.approx(value)
        assert parts == pytest.approx(value)


def test_history_is_explained_and_judged_day_by_day(daily: Forecast) -> None:
    y = _weekly(90, seed=2)
    total = pc.equal(daily.anomalies["series_id"], "total")
    rows = daily.anomalies.filter(total).to_pylist()
    assert [r["time_series_data"] for r in rows] == pytest.approx(list(y))
    assert [r["time_series_timestamp"] for r in rows] == [
        START + timedelta(days=k) for k in range(90)
    ]
    assert sum(r["is_anomaly"] for r in rows) <= 4


def test_a_campaign_of_the_calendar_is_forecast_when_it_comes_again() -> None:
    y = _weekly(400, noise=0.05)
    y[40:43] *= 2
    y[200:203] *= 2
    days = [START.date() + timedelta(days=k) for k in (40, 200, 405)]
    sale = [Occasion("Sale", day, day + timedelta(days=2)) for day in days]
    plain, told = (
        forecast_daily(_history(total=y), run_at=RUN_AT, past_cutoffs=0, occasions=known)
        for known in ((), sale)
    )
    ratio = told.forecasts["forecast_value"].to_numpy() / plain.forecasts["forecast_value"]
    assert ratio[5:8] == pytest.approx(2, rel=0.15)
    assert np.delete(ratio, [5, 6, 7]) == pytest.approx(1, rel=0.1)
    assert told.forecasts["model"][0].as_py().endswith(" with occasions")
    effect = told.components["holiday_effect"].to_numpy()
    assert (np.flatnonzero(effect) == [40, 41, 42, 200, 201, 202, 405, 406, 407]).all()


def test_the_first_past_forecast_is_served_by_the_model_for_want_of_evidence() -> None:
    result = forecast_daily(_history(total=_stubborn()), run_at=RUN_AT).forecasts
    models = dict(zip(result["run_at"].to_pylist(), result["model"].to_pylist(), strict=True))
    assert models[START + timedelta(days=63 - 42)].startswith("mean(")
    assert models[START + timedelta(days=63 - 7)] == "SeasonalNaive(7)"


def test_forecasts_of_a_series_of_refunds_are_clipped_at_zero() -> None:
    y = np.linspace(3000, -3000, 60) + np.random.default_rng(1).normal(0, 20, 60)
    rows = forecast_daily(_history(total=y), run_at=RUN_AT, past_cutoffs=0).forecasts
    assert daily_ensemble(y, 30).values.min() < 0
    assert pc.min(rows["forecast_value"]).as_py() == 0
    assert pc.min(rows["prediction_interval_lower_bound"]).as_py() == 0


@pytest.mark.parametrize(
    ("days", "model"), [(3, "HistoricAverage"), (7, "SeasonalNaive(7)"), (14, "mean(log AutoETS")]
)
def test_a_short_history_is_served_by_a_simpler_model(days: int, model: str) -> None:
    result = forecast_daily(_history(total=_weekly(days)), run_at=RUN_AT)
    rows = _of_run(result, RUN_AT)
    assert rows.num_rows == 30
    assert all(name.startswith(model) for name in rows["model"].to_pylist())
    row = result.accuracy.to_pylist()[0]
    assert (row["mase"], row["is_served"]) == (None, True)
    assert row["model"].startswith(model)


def test_a_short_history_of_hours_is_served_by_a_simpler_model() -> None:
    history = _history(timedelta(hours=1), total=_hours(72))
    result = forecast_hourly(history, run_at=RUN_AT)
    assert set(_of_run(result, RUN_AT)["model"].to_pylist()) == {"SeasonalWindowAverage(24, 2)"}
    assert result.notes == (
        "hourly: 3 complete days are too few for the models, which need 14; "
        "SeasonalWindowAverage(24, 2) is served",
    )


def test_past_cutoffs_need_three_days_before_them() -> None:
    result = forecast_daily(_history(total=_weekly(12)), run_at=RUN_AT)
    runs = set(result.forecasts["run_at"].to_pylist())
    assert runs == {START + timedelta(days=5), RUN_AT}


@pytest.mark.parametrize("days", [1, 2])
def test_less_than_three_days_are_refused(days: int) -> None:
    history = _history(total=_weekly(days))
    with pytest.raises(EsynapseError, match=rf"spans {days} complete .*, daily forecasts need 3"):
        forecast_daily(history, run_at=RUN_AT)
    hours = _history(timedelta(hours=1), total=_hours(24 * days))
    with pytest.raises(EsynapseError, match=rf"spans {days} complete .*, hourly forecasts need 3"):
        forecast_hourly(hours, run_at=RUN_AT)


@pytest.mark.parametrize("forecast", [forecast_daily, forecast_hourly])
def test_an_empty_history_is_refused(forecast: object) -> None:
    with pytest.raises(EsynapseError, match="no complete day of sales"):
        forecast(SCHEMA.empty_table(), run_at=RUN_AT)  # type: ignore[operator]


def test_a_day_given_twice_is_refused() -> None:
    history = _history(total=_weekly(5))
    with pytest.raises(EsynapseError, match="several rows for one series"):
        forecast_daily(pa.concat_tables([history, history.slice(4)]), run_at=RUN_AT)


def test_a_value_that_is_no_number_is_refused() -> None:
    with pytest.raises(EsynapseError, match="holds a value that is no number"):
        forecast_daily(_history(total=np.array([1, 2, np.nan, 4])), run_at=RUN_AT)


def test_days_without_a_row_count_as_days_without_revenue() -> None:
    y = _weekly(40)
    y[[3, 17, 30]] = 0
    dense = _history(total=y, **{"category:New": np.r_[np.zeros(25), _weekly(15)]})
    sparse = dense.filter(pc.greater(dense["value"], 0))
    one, other = (forecast_daily(h, run_at=RUN_AT, past_cutoffs=1) for h in (dense, sparse))
    assert one.forecasts.equals(other.forecasts)


def test_a_category_that_stopped_selling_is_forecast_from_the_end_of_all_series() -> None:
    history = _history(total=_weekly(40), **{"category:Old": _weekly(20)})
    result = forecast_daily(history, run_at=RUN_AT, past_cutoffs=0).forecasts
    assert set(result["cutoff"].to_pylist()) == {START + timedelta(days=40)}


@pytest.mark.parametrize("end", [date(2026, 3, 20), date(2026, 10, 20)])
def test_days_are_cut_at_the_shops_midnight_when_summer_time_begins_and_ends(end: date) -> None:
    days = [end - timedelta(days=k) for k in range(20, 0, -1)]
    stamps = [datetime(d.year, d.month, d.day, tzinfo=BERLIN).astimezone(UTC) for d in days]
    history = pa.table(
        {
            "measure": ["orders"] * 20,
            "series_id": ["total"] * 20,
            "timestamp": stamps,
            "value": np.full(20, 5.0),
        },
        SCHEMA,
    )
    result = forecast_daily(history, run_at=RUN_AT, past_cutoffs=0, timezone="Europe/Berlin")
    ahead = [s.astimezone(BERLIN) for s in result.forecasts["forecast_timestamp"].to_pylist()]
    assert [s.date() for s in ahead] == [end + timedelta(days=k) for k in range(30)]
    assert {s.time().isoformat() for s in ahead} == {"00:00:00"}
    lengths = {b.astimezone(UTC) - a.astimezone(UTC) for a, b in pairwise(ahead)}
    assert len(lengths) == 2  # 24 hours, and once 23 or 25


def test_a_history_across_the_change_of_clocks_has_no_gap_and_no_double_day() -> None:
    days = [date(2026, 3, 10) + timedelta(days=k) for k in range(12 * 7)]
    stamps = [datetime(d.year, d.month, d.day, tzinfo=BERLIN).astimezone(UTC) for d in days]
    y = _weekly(84)
    local = _orders(stamps, y)
    one = forecast_daily(local, run_at=RUN_AT, past_cutoffs=0, timezone="Europe/Berlin")
    other = forecast_daily(_history(total=y), run_at=RUN_AT, past_cutoffs=0)
    assert one.forecasts["forecast_value"].equals(other.forecasts["forecast_value"])


def test_a_day_starts_where_summer_time_skips_midnight() -> None:
    # Cairo's clocks went from 00:00 to 01:00 on 24 April 2026.
    cairo = ZoneInfo("Africa/Cairo")
    days = [date(2026, 4, 4) + timedelta(days=k) for k in range(20)]
    stamps = [datetime(d.year, d.month, d.day, tzinfo=cairo).astimezone(UTC) for d in days]
    history = pa.table(
        {
            "measure": ["orders"] * 20,
            "series_id": ["total"] * 20,
            "timestamp": stamps,
            "value": np.full(20, 5.0),
        },
        SCHEMA,
    )
    result = forecast_daily(history, run_at=RUN_AT, past_cutoffs=0, timezone="Africa/Cairo")
    first = result.forecasts["forecast_timestamp"][0].as_py()
    assert first == datetime(2026, 4, 23, 22, tzinfo=UTC)
    assert first.astimezone(cairo).isoformat() == "2026-04-24T01:00:00+03:00"


def test_hours_run_on_as_instants_from_the_half_hours_of_a_zone() -> None:
    start = datetime(2026, 1, 1, 18, 30, tzinfo=UTC)  # midnight in Kolkata
    stamps = [start + timedelta(hours=k) for k in range(96)]
    history = pa.table(
        {
            "measure": ["orders"] * 96,
            "series_id": ["total"] * 96,
            "timestamp": stamps,
            "value": _hours(96),
        },
        SCHEMA,
    )
    result = forecast_hourly(history, run_at=RUN_AT, past_cutoffs=0)
    ahead = result.forecasts["forecast_timestamp"].to_pylist()
    assert ahead == [start + timedelta(hours=96 + k) for k in range(168)]


def test_only_the_last_three_years_of_days_are_looked_at() -> None:
    y = _weekly(1126)
    unlike = np.r_[np.full(30, 1e7), y[30:]]
    one, other = (
        forecast_daily(_history(total=v), run_at=RUN_AT, past_cutoffs=0) for v in (y, unlike)
    )
    assert one.forecasts.equals(other.forecasts)
    assert one.anomalies.equals(other.anomalies)
    assert one.anomalies.num_rows == 1096


def test_progress_is_told_after_each_fit() -> None:
    told: list[tuple[int, int, str]] = []
    history = _history(total=_weekly(13), **{"category:Tea": _weekly(13)})
    forecast_daily(
        history, run_at=RUN_AT, past_cutoffs=1, progress=lambda *report: told.append(report)
    )
    assert told == [
        (1, 4, "daily orders of total"),
        (2, 4, "daily orders of total"),
        (3, 4, "daily orders of category:Tea"),
        (4, 4, "daily orders of category:Tea"),
    ]


def test_importing_the_package_loads_no_model_library() -> None:
    code = "import sys, esynapse.forecasting; print({'statsforecast', 'pandas'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
