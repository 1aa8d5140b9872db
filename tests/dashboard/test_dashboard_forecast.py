"""The Forecast page: what is to come, how wrong it was, what it is made of, what was odd."""

from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from dashboard import formats
from dashboard.views.forecast_accuracy import naive_series
from dashboard.views.forecast_ahead import EARLIER, spaced
from dashboard.views.forecast_errors import newest_of_each_lead, verdict
from dashboard.views.forecast_subject import chosen_series
from dashboard.views.forecast_trust import NEWEST, by_lead, past
from esynapse.home import open_home
from esynapse.warehouse.local import LocalWarehouse
from tests.dashboard.conftest import Open, charts, metric, sound

CHARTS = {
    "To come": 2,
    "How wrong we were": 2,
    "What it is made of": 2,
    "Anomalies": 0,
    "Models": 0,
}
"""The least that each tab draws."""


def ask(home: Path, sql: str) -> list[dict[str, Any]]:
    return LocalWarehouse(open_home(home)).query(sql).to_pylist()


@pytest.mark.slow
@pytest.mark.parametrize("step", ["By day", "By hour"])
@pytest.mark.parametrize("view", CHARTS)
def test_every_tab_draws_either_measure_by_day_and_by_hour(
    view: str, step: str, shop_home: Path, open_app: Open
) -> None:
    for measure in ("Net revenue", "Orders"):
        app = sound(open_app(shop_home, "forecast", view=view, step=step, measure=measure))
        assert charts(app) >= CHARTS[view]
        assert len(app.header) >= 1


@pytest.mark.slow
def test_what_is_to_come_is_what_the_newest_run_forecast_of_the_series(
    shop_home: Path, open_app: Open
) -> None:
    newest = ask(
        shop_home,
        "select series_id, sum(forecast_value) as week from (select *, row_number() over"
        " (partition by series_id order by forecast_date) as place from daily_forecast_vs_actual"
        " where measure = 'orders' and is_latest_run and actual_value is null) where place <= 7"
        " group by series_id",
    )
    sums = {row["series_id"]: formats.compact(round(row["week"])) for row in newest}
    category = max(series for series in sums if series != "total")
    for series, chosen in (("total", []), (category, [category.removeprefix("category:")])):
        app = sound(open_app(shop_home, "forecast", measure="Orders", categories=chosen))
        assert metric(app, "Next 7 days") == sums[series]


@pytest.mark.slow
def test_the_answer_sums_the_newest_run_and_says_how_far_off_those_before_it_were(
    shop_home: Path, open_app: Open
) -> None:
    (ahead,) = ask(
        shop_home,
        "select sum(forecast_value) as amount, count(*) as days from daily_forecast_vs_actual"
        " where measure = 'net_revenue' and series_id = 'total' and is_latest_run"
        " and actual_value is null",
    )
    (before,) = ask(
        shop_home,
        "select sum(abs(error)) / cast(sum(abs(actual_value)) as double) as off,"
        " count(distinct run_at) as runs from daily_forecast_vs_actual"
        " where measure = 'net_revenue' and series_id = 'total' and actual_value is not null",
    )
    assert before["runs"] <= NEWEST, "older ones would not count"
    app = sound(open_app(shop_home, "forecast"))
    amount = formats.as_text(formats.money(ahead["amount"], "USD"))
    words = next(each.value for each in app.markdown if "forecast for the next" in each.value)
    assert f"**{amount}** of net revenue is forecast for the next {ahead['days']} days" in words
    assert f"off by {formats.percent(before['off'], 0)}" in words


@pytest.mark.slow
def test_by_the_hour_a_category_is_not_forecast_and_the_page_says_so(
    shop_home: Path, open_app: Open
) -> None:
    app = sound(open_app(shop_home, "forecast", step="By hour", categories=["Shoes"]))
    assert any("only the whole shop" in each.value for each in app.caption)
    whole = sound(open_app(shop_home, "forecast", step="By hour"))
    assert metric(app, "Next 24 hours") == metric(whole, "Next 24 hours")


@pytest.mark.parametrize(
    ("categories", "hourly", "series", "note"),
    [
        ((), False, "total", ""),
        (("Shoes",), False, "category:Shoes", ""),
        (("Shoes",), True, "total", "only the whole shop"),
        (("Shoes", "Toys"), False, "total", "Choose one category"),
        (("Hats",), False, "total", "No forecast is made of Hats"),
    ],
)
def test_the_series_is_that_of_the_one_category_chosen(
    categories: tuple[str, ...], hourly: bool, series: str, note: str
) -> None:
    known = {"total", "category:Shoes", "category:Toys"}
    found, words = chosen_series(categories, known, hourly=hourly)
    assert found == series
    assert note in words
    assert bool(words) == bool(note)


def runs(*rows: tuple[int, float, float, float, float]) -> pd.DataFrame:
    """known steps, actual, wape, bias, coverage of each run."""
    frame = pd.DataFrame(rows, columns=["known", "actual", "wape", "bias", "coverage"])
    return frame.assign(is_backtest=True)


def test_past_forecasts_weigh_by_what_came_and_those_without_any_do_not_count() -> None:
    found = past(runs((0, 0, None, None, None), (10, 100, 0.1, -0.1, 0.5), (30, 300, 0.3, 0.1, 1)))
    assert found is not None
    assert found.kind == "The last 2 backtests"
    assert found.off == pytest.approx((10 + 90) / 400)
    assert found.bias == pytest.approx((-10 + 30) / 400)
    assert found.coverage == pytest.approx((5 + 30) / 40)
    assert found.leaning == "5 % too high on the whole"
    assert past(runs((0, 0, None, None, None))) is None


def test_only_the_newest_past_forecasts_count() -> None:
    good, bad = (1, 10, 0.1, 0.0, 1.0), (1, 10, 9.0, 9.0, 0.0)
    found = past(runs(*[good] * NEWEST, bad))
    assert found is not None
    assert found.off == pytest.approx(0.1)
    assert found.leaning == "right on the whole"


def test_errors_by_lead_weigh_weeks_by_their_forecasts_the_nearest_lead_first() -> None:
    rows = pd.DataFrame(
        {
            "lead": ["8–14 days", "1 day", "1 day", "1 day"],
            "lead_from": [8, 1, 1, 1],
            "wape": [0.5, 0.1, 0.4, None],
            "coverage": [0.5, 1.0, 0.0, None],
            "forecasts": [7, 2, 1, 1],
        }
    )
    found = by_lead(rows)
    assert found["lead"].tolist() == ["1 day", "8–14 days"]
    assert found["wape"].tolist() == pytest.approx([0.2, 0.5])
    assert found["coverage"].tolist() == pytest.approx([2 / 3, 0.5])


def test_earlier_forecasts_that_are_drawn_are_the_newest_that_stand_apart() -> None:
    made = pd.date_range("2026-03-01", periods=60, freq="D", tz="UTC")
    kept = spaced(pd.DataFrame({"run_at": made}), pd.Timedelta(days=7))["run_at"]
    assert len(kept) == EARLIER
    assert kept.max() == made[-1]
    assert (kept.diff().dropna() == pd.Timedelta(days=7)).all()


@pytest.mark.slow
def test_the_table_of_anomalies_has_the_newest_of_the_mart(shop_home: Path, open_app: Open) -> None:
    odd = ask(
        shop_home,
        "select time_series_data from sales_anomalies where is_anomaly and granularity = 'daily'"
        " and measure = 'net_revenue' order by time_series_timestamp desc, series_id limit 20",
    )
    assert odd, "five weeks of 13 series without one would prove nothing"
    app = sound(open_app(shop_home, "forecast", view="Anomalies"))
    shown = app.dataframe[0].value["time_series_data"].tolist()
    assert shown == [row["time_series_data"] for row in odd]


@pytest.mark.slow
def test_one_candidate_of_the_series_is_shown_as_served(shop_home: Path, open_app: Open) -> None:
    app = sound(open_app(shop_home, "forecast", view="Models"))
    candidates = app.dataframe[0].value
    assert len(candidates) >= 2
    assert (candidates["served"] == "✓ served").sum() == 1


def weeks(*rows: tuple[str, int, bool, float | None]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["week", "lead_from", "is_backtest", "wape_change"])
    return frame.assign(week=pd.to_datetime(frame["week"]))


def test_the_newest_week_is_one_that_is_over_and_a_real_forecast_where_there_is_one() -> None:
    rows = weeks(
        ("2026-03-02", 2, False, 0.1),
        ("2026-03-09", 2, True, 0.2),
        ("2026-03-09", 2, False, 0.3),
        ("2026-03-16", 2, False, 0.4),
        ("2026-03-16", 1, False, 0.5),
    )
    assert newest_of_each_lead(rows, date(2026, 3, 21))["wape_change"].tolist() == [0.5, 0.3]
    assert newest_of_each_lead(rows, date(2026, 3, 22))["wape_change"].tolist() == [0.5, 0.4]


@pytest.mark.parametrize(
    ("changes", "answer"),
    [
        ([-0.02, -0.03, 0.01], "**better**"),
        ([0.02, 0.004, -0.004], "**worse**"),
        ([0.02, -0.02, None], "**neither better nor worse**"),
        ([None, None], "no earlier week"),
    ],
)
def test_the_sentence_counts_leads_that_changed_by_more_than_half_a_point(
    changes: list[float | None], answer: str
) -> None:
    assert answer in verdict(weeks(*[("2026-03-09", 1, False, change) for change in changes]))


def test_series_that_the_seasonal_naive_serves_are_named() -> None:
    served = pd.DataFrame(
        {
            "series_id": ["total", "category:Toys"],
            "granularity": ["hourly", "daily"],
            "is_fallback": [False, True],
        }
    )
    assert "1 of 2 series" in naive_series(served)
    assert "Toys (daily)" in naive_series(served)
    assert "On no series" in naive_series(served.iloc[:1])
