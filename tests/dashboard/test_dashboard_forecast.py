"""The Forecast page: what is to come, how wrong it was, what it is made of, what was odd."""

from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from dashboard import formats
from dashboard.views.forecast_accuracy import naive_series
from dashboard.views.forecast_errors import newest_of_each_lead, verdict
from esynapse.home import open_home
from esynapse.warehouse.local import LocalWarehouse
from tests.dashboard.conftest import Open, charts, metric, sound

CHARTS = {
    "To come": 1,
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
    for series, name in (("total", "Whole shop"), (category, category.removeprefix("category:"))):
        app = sound(open_app(shop_home, "forecast", measure="Orders", series=name))
        assert metric(app, "Forecast, next 7 days") == sums[series]


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
    assert (candidates["served"] == "✅ served").sum() == 1


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
