"""What charts of days are made of."""

import pandas as pd

from dashboard import charts


def bars(days: int) -> dict[str, object]:
    dates = pd.date_range("2026-03-01", periods=days)
    rows = pd.DataFrame({"day": dates, "count": range(1, days + 1)})
    chart = charts.bars_by_day(rows, date="day", value="count", title=None, colour="#000000")
    spec: dict[str, object] = chart.to_dict()
    return spec


def test_a_day_by_itself_is_a_bar_of_bounded_width() -> None:
    spec = bars(1)
    assert spec["mark"] == {"type": "bar", "width": {"expr": "min(56, 0.85 * width / 1)"}}
    assert spec["encoding"]["x"]["scale"]["domain"] == ["01 Mar"]  # type: ignore[index]


def test_few_days_are_named_one_by_one_and_many_are_an_axis_of_time() -> None:
    assert bars(14)["encoding"]["x"]["type"] == "ordinal"  # type: ignore[index]
    assert bars(15)["encoding"]["x"]["type"] == "temporal"  # type: ignore[index]


def test_bars_are_ranked_unless_their_order_says_something() -> None:
    rows = pd.DataFrame({"age": ["young", "old"], "events": [1, 9]})

    def order(*, longest_first: bool) -> object:
        chart = charts.ranked_bars(
            rows,
            label="age",
            value="events",
            title="Events",
            palette="#000000",
            longest_first=longest_first,
        )
        spec = charts.to_spec(chart)
        assert spec["layer"][0]["encoding"]["y"]["sort"] is None
        return next(iter(spec["datasets"].values()))["age"].tolist()

    assert order(longest_first=True) == ["old", "young"]
    assert order(longest_first=False) == ["young", "old"]


def test_curves_of_cohorts_go_from_dark_to_light_and_the_first_and_last_are_named() -> None:
    months = pd.date_range("2025-11-01", periods=4, freq="MS")
    rows = pd.DataFrame({"cohort_month": months, "cohort": months.strftime("%b %Y")})
    rows = rows.assign(months_since_first=0, lifetime_value=10.0, cohort_size=5)
    spec = charts.lifetime_values(rows.iloc[::-1], "Value", 300).to_dict()
    colour = spec["layer"][0]["encoding"]["color"]
    assert [(at["year"], at["month"]) for at in colour["legend"]["values"]] == [
        *((2025, 11), (2026, 2))
    ]
    dark, light = (sum(bytes.fromhex(each[1:])) for each in colour["scale"]["range"])
    assert dark < light


def test_segments_stand_in_the_order_given_with_customers_above_revenue() -> None:
    rows = pd.DataFrame(
        {
            "segment": ["Loyal", "At risk"] * 2,
            "measure": ["Customers"] * 2 + ["Net revenue"] * 2,
            "share": [0.2, 0.8, 0.7, 0.3],
        }
    )
    encoding = charts.segments(rows).to_dict()["layer"][0]["encoding"]
    assert encoding["y"]["sort"] is None
    assert encoding["yOffset"]["sort"] == ["Customers", "Net revenue"]


def steps(count: int, **columns: object) -> pd.DataFrame:
    return pd.DataFrame({"step": pd.date_range("2026-03-01", periods=count)}).assign(**columns)


def test_anomalies_are_diamonds_that_say_what_was_to_be_expected() -> None:
    actual = steps(5, value=10.0)
    predicted = steps(2, value=9.0, lower=1.0, upper=20.0)
    odd = steps(1, time_series_data=30.0, expected=12.0, anomaly_probability=0.999)
    marked = charts.forecast(actual, predicted, time="step", title="Orders", anomalies=odd)
    plain = charts.forecast(actual, predicted, time="step", title="Orders", anomalies=odd.iloc[:0])
    mark = marked.to_dict()["layer"][-1]
    assert mark["mark"]["shape"] == "diamond"
    assert [each["title"] for each in mark["encoding"]["tooltip"]][1:] == [
        *("Actual", "Expected", "Probability")
    ]
    assert len(plain.to_dict()["layer"]) == len(marked.to_dict()["layer"]) - 1


def test_errors_by_week_have_a_line_for_each_lead_with_the_nearest_first_and_backtests_dashed() -> (
    None
):
    rows = pd.DataFrame(
        {
            "week": pd.to_datetime(["2026-03-09", "2026-03-02", "2026-03-09"]),
            "lead": ["8–14 days", "1 day", "1 day"],
            "lead_from": [8, 1, 1],
            "wape": [0.5, 0.2, 0.1],
            "forecasts": 7,
            "is_backtest": [False, True, False],
        }
    )
    encoding = charts.wape_by_week(rows).to_dict()["encoding"]
    assert encoding["color"]["scale"]["domain"] == ["1 day", "8–14 days"]
    assert encoding["strokeDash"]["scale"] == {
        "domain": ["Forecast", "Backtest"],
        "range": [[1, 0], [4, 3]],
    }
    mondays = [(at["month"], at["date"]) for at in encoding["x"]["axis"]["values"]]
    assert mondays == [(3, 2), (3, 9)]
